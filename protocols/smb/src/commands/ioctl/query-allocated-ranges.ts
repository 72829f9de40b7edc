import { type Caller, isStorageError } from '@polynas/core/service';
import { Writer } from '@polynas/core/wire';
import { FileAttribute } from '../../information/classes.ts';
import { NO_BYTES } from '../../messages/codec.ts';
import { Access } from '../../messages/create.ts';
import { fileAllocatedRange } from '../../messages/fsctl/ranges.ts';
import { decode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FileOpen } from '../../server/file-open.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';

const ENTRY_BYTES = 16;
const LAST_OFFSET = 2 ** 63;
/** More than any client has room for. */
const MAX_RANGES = 65_536;

/** FSCTL_QUERY_ALLOCATED_RANGES (MS-FSA 2.1.5.10.22): where there is data; a file that is not sparse is data all through. */
export const queryAllocatedRanges: FsctlRow = {
  needs: 'file',
  async handle(context, request, file) {
    const { fileOffset, length } = decode(fileAllocatedRange, request.input);
    if (file.type !== 'file' || fileOffset + length >= LAST_OFFSET) throw new StatusError(NtStatus.INVALID_PARAMETER);
    needAccess(file, Access.FILE_READ_DATA);
    const room = Math.min(Math.floor(request.maxOutputResponse / ENTRY_BYTES), MAX_RANGES);
    const ranges = await rangesOf(context.caller(), file, { offset: fileOffset, length, limit: room + 1 });
    if (ranges.length === 0) return NO_BYTES;
    if (room === 0) throw new StatusError(NtStatus.BUFFER_TOO_SMALL);
    const w = new Writer();
    for (const range of ranges.slice(0, room)) {
      fileAllocatedRange.write(w, { fileOffset: range.offset, length: range.length });
    }
    const output = Buffer.concat(w.finish().parts);
    return ranges.length > room ? { status: NtStatus.BUFFER_OVERFLOW, output } : output;
  },
};

interface Range {
  readonly offset: number;
  readonly length: number;
}

async function rangesOf(
  caller: Caller,
  { open }: FileOpen,
  { offset, length, limit }: Range & { readonly limit: number },
): Promise<readonly Range[]> {
  const { size, dosBits } = await open.getattr(caller);
  const within = Math.min(offset + length, size) - offset;
  if (within <= 0) return [];
  if ((dosBits & FileAttribute.SPARSE_FILE) === 0) return [{ offset, length: within }];
  try {
    return await open.dataRanges(caller, offset, within, limit);
  } catch (error) {
    // A lock binds bytes, not where they lie; what cannot be looked at is taken for data.
    if (isStorageError(error, 'locked')) return [{ offset, length: within }];
    throw error;
  }
}
