import type { Attributes } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { Access } from '../../messages/create.ts';
import { duplicateExtents as data } from '../../messages/fsctl/duplicate-extents.ts';
import { decode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';
import { NO_BYTES } from '../../messages/codec.ts';
import { needAccess } from '../file-of.ts';

/** FSCTL_DUPLICATE_EXTENTS_TO_FILE (MS-FSA 2.1.5.10.4): the target's range gets the bytes of the source's, both within their files. */
export const duplicateExtents: FsctlRow = {
  needs: 'file',
  async handle(context, request, target) {
    const { sourceFileId, sourceFileOffset: from, targetFileOffset: to, byteCount } = decode(data, request.input);
    const source = context.session.opens.get(sourceFileId.volatile);
    if (source?.kind !== 'file' || source.fileId.persistent !== sourceFileId.persistent) {
      throw new StatusError(NtStatus.INVALID_HANDLE);
    }
    if (source.type !== 'file' || target.type !== 'file') throw new StatusError(NtStatus.INVALID_PARAMETER);
    needAccess(source, Access.FILE_READ_DATA);
    needAccess(target, Access.FILE_WRITE_DATA);
    const caller = context.caller();
    const before = await source.open.getattr(caller);
    const after = await target.open.getattr(caller);
    // A sparse target grows, as on ReFS.
    const beyond = from + byteCount > before.size || (to + byteCount > after.size && !isSparse(after));
    const overlapping = before.id === after.id && Math.abs(from - to) < byteCount;
    const sparse = isSparse(before) && !isSparse(after);
    if (beyond || overlapping || sparse) throw new StatusError(NtStatus.NOT_SUPPORTED);
    if (byteCount > 0) await target.open.copyFrom(caller, source.open, from, to, byteCount);
    return NO_BYTES;
  },
};

function isSparse({ dosBits }: Attributes): boolean {
  return (dosBits & FileAttribute.SPARSE_FILE) !== 0;
}
