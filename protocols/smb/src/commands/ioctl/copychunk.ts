import { isStorageError } from '@polynas/core/service';
import { Access } from '../../messages/create.ts';
import {
  type SrvCopychunk,
  srvCopychunkCopy,
  srvCopychunkResponse,
  type SrvCopychunkResponse,
} from '../../messages/fsctl/srv-copychunk.ts';
import { decode, encode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { TreeContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import type { FsctlAnswer, FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError, statusOfError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import { sourceOf } from './resume-key.ts';

/** What one request may copy, as with Windows (MS-SMB2 3.3.3: ServerSideCopyMaxNumberofChunks and the like). Sizes in bytes. */
const MAX_CHUNKS = 256;
const MAX_CHUNK = 1024 * 1024;
const MAX_TOTAL = 16 * 1024 * 1024;
const LIMITS: SrvCopychunkResponse = {
  chunksWritten: MAX_CHUNKS,
  chunkBytesWritten: MAX_CHUNK,
  totalBytesWritten: MAX_TOTAL,
};
const RESPONSE_BYTES = 12;
const LAST_OFFSET = Number.MAX_SAFE_INTEGER;

/** FSCTL_SRV_COPYCHUNK (MS-SMB2 3.3.5.15.6): the target must be readable, too. */
export const copychunk: FsctlRow = {
  needs: 'file',
  handle(context, request, target) {
    return copy(context, request, target, Access.FILE_READ_DATA);
  },
};

/** FSCTL_SRV_COPYCHUNK_WRITE. */
export const copychunkWrite: FsctlRow = {
  needs: 'file',
  handle(context, request, target) {
    return copy(context, request, target, 0);
  },
};

async function copy(
  context: TreeContext,
  { input, maxOutputResponse }: { readonly input: Uint8Array; readonly maxOutputResponse: number },
  target: FileOpen,
  alsoNeeded: number,
): Promise<FsctlAnswer> {
  if (maxOutputResponse < RESPONSE_BYTES) throw new StatusError(NtStatus.INVALID_PARAMETER);
  const { sourceKey, chunks } = decode(srvCopychunkCopy, input);
  const source = sourceOf(context, sourceKey);
  if (source.type !== 'file' || target.type !== 'file') throw new StatusError(NtStatus.INVALID_DEVICE_REQUEST);
  if (!isWithinLimits(chunks)) {
    return { status: NtStatus.INVALID_PARAMETER, output: encode(srvCopychunkResponse, LIMITS) };
  }
  needAccess(source, Access.FILE_READ_DATA | Access.FILE_EXECUTE);
  needAccess(target, Access.FILE_WRITE_DATA);
  if (alsoNeeded !== 0) needAccess(target, alsoNeeded);
  let chunksWritten = 0;
  let total = 0;
  const done = (): Uint8Array =>
    encode(srvCopychunkResponse, { chunksWritten, chunkBytesWritten: 0, totalBytesWritten: total });
  try {
    for (const chunk of chunks) {
      total += await copyOne(context, source, target, chunk);
      chunksWritten += 1;
    }
  } catch (error) {
    const status = statusOfError(error);
    if (status === undefined) throw error;
    return { status, output: done() };
  }
  return done();
}

function isWithinLimits(chunks: readonly SrvCopychunk[]): boolean {
  if (chunks.length > MAX_CHUNKS) return false;
  let total = 0;
  for (const { length } of chunks) {
    if (length === 0 || length > MAX_CHUNK) return false;
    total += length;
  }
  return total <= MAX_TOTAL;
}

async function copyOne(
  context: TreeContext,
  source: FileOpen,
  target: FileOpen,
  { sourceOffset, targetOffset, length }: SrvCopychunk,
): Promise<number> {
  if (sourceOffset + length > LAST_OFFSET || targetOffset + length > LAST_OFFSET) {
    throw new StatusError(NtStatus.INVALID_VIEW_SIZE);
  }
  try {
    return await target.open.copyFrom(context.caller(), source.open, sourceOffset, targetOffset, length);
  } catch (error) {
    // MS-SMB2 3.3.5.15.6: beyond the source's end.
    if (isStorageError(error, 'invalid')) throw new StatusError(NtStatus.INVALID_VIEW_SIZE);
    throw error;
  }
}
