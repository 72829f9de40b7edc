import { access } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { NO_BYTES } from '../../messages/codec.ts';
import { Access } from '../../messages/create.ts';
import { fileSetSparse } from '../../messages/fsctl/ranges.ts';
import { decode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';

const ANY_WRITING = Access.FILE_WRITE_DATA | Access.FILE_APPEND_DATA | Access.FILE_WRITE_ATTRIBUTES;

/** FSCTL_SET_SPARSE (MS-FSA 2.1.5.10.35): holes need no leave here, so all that changes is the attribute. */
export const setSparse: FsctlRow = {
  needs: 'file',
  async handle(context, request, file) {
    if (file.type !== 'file') throw new StatusError(NtStatus.INVALID_PARAMETER);
    needAccess(file, ANY_WRITING);
    const sparse = decode(fileSetSparse, request.input);
    const caller = context.caller();
    const { open } = file;
    const { dosBits: before } = await open.getattr(caller);
    const dosBits = sparse ? before | FileAttribute.SPARSE_FILE : before & ~FileAttribute.SPARSE_FILE;
    if (dosBits === before) return NO_BYTES;
    // An open for writing alone may do it, though it may not set attributes.
    if ((open.access & access.writeAttributes) !== 0) await open.setattr(caller, { dosBits });
    else await context.parts.services.files.setattr(caller, open.file, { dosBits });
    return NO_BYTES;
  },
};
