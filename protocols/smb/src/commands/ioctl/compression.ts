import { Reader } from '@polynas/core/wire';
import { NO_BYTES } from '../../messages/codec.ts';
import { Access } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';

/** COMPRESSION_FORMAT_NONE (MS-FSCC 2.3.18), as two bytes. */
const NONE = 0;
const NONE_BYTES = new Uint8Array(2);

/** FSCTL_GET_COMPRESSION (MS-FSCC 2.3.17): files are not compressed by this door. */
export const getCompression: FsctlRow = {
  needs: 'file',
  handle() {
    return NONE_BYTES;
  },
};

/** FSCTL_SET_COMPRESSION (MS-FSCC 2.3.67): only to what it is. */
export const setCompression: FsctlRow = {
  needs: 'file',
  handle(_context, request, file) {
    const format = new Reader(request.input).u16le();
    needAccess(file, Access.FILE_WRITE_DATA);
    if (format !== NONE) throw new StatusError(NtStatus.NOT_SUPPORTED);
    return NO_BYTES;
  },
};
