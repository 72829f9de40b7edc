import { Access } from '../../messages/create.ts';
import { NO_BYTES } from '../../messages/codec.ts';
import { fileZeroData } from '../../messages/fsctl/ranges.ts';
import { decode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';

const LAST_OFFSET = 2 ** 63;

/** FSCTL_SET_ZERO_DATA (MS-FSA 2.1.5.10.36): what lies beyond the end of the file is zero already. */
export const setZeroData: FsctlRow = {
  needs: 'file',
  async handle(context, request, file) {
    const { fileOffset: from, beyondFinalZero: to } = decode(fileZeroData, request.input);
    if (file.type !== 'file' || from > to || to >= LAST_OFFSET) throw new StatusError(NtStatus.INVALID_PARAMETER);
    needAccess(file, Access.FILE_WRITE_DATA);
    const caller = context.caller();
    const { size } = await file.open.getattr(caller);
    const length = Math.min(to, size) - from;
    if (length > 0) await file.open.zero(caller, from, length);
    return NO_BYTES;
  },
};
