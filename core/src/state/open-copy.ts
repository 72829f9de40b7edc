import type { Caller } from '../service/index.ts';
import { checkExtent } from '../namespace/files/read.ts';
import { StorageError } from '../spi/index.ts';
import type { OpenContent } from './open-content.ts';
import { checkReach, requestThrough } from './open-content.ts';

/** Copies at least as long go by reference; for shorter ones a commit costs more than the bytes. */
const cloneFrom = 65_536;
const pieceBytes = 1_048_576;

/** A server-side copy between two opens, whose ranges may overlap in one file. */
export async function copyRange(
  source: OpenContent,
  target: OpenContent,
  caller: Caller,
  from: number,
  to: number,
  length: number,
): Promise<number> {
  checkExtent(from, length);
  checkExtent(to, length);
  checkReach(target, to + length);
  const requests = [
    requestThrough(source, caller, 'read', from, length),
    requestThrough(target, caller, 'write', to, length),
  ].filter((request) => request !== undefined);
  if (requests.length === 0) return 0;
  const guard = await target.keeper.table.enterAllFor(caller, requests);
  try {
    const { size } = await source.mount.volume.getattr(caller, source.record.file.id);
    if (from + length > size) throw new StorageError('invalid', 'past the end of the source');
    await target.keeper.beforeWrite(caller, target.mount, target.record);
    const { clone } = target.mount.volume;
    if (clone !== undefined && source.mount.volume === target.mount.volume && length >= cloneFrom) {
      await clone.ranges(caller, [{ id: source.record.file.id, offset: from, length }], target.record.file.id, to);
    } else {
      await copyBytes(source, target, caller, from, to, length);
    }
    target.keeper.changed(caller, target.mount, target.record, 'written');
    return length;
  } finally {
    guard.exit();
  }
}

/** In pieces, in the order in which none is overwritten before it was read. */
async function copyBytes(
  source: OpenContent,
  target: OpenContent,
  caller: Caller,
  from: number,
  to: number,
  length: number,
): Promise<void> {
  const sameFile = source.record.file.id === target.record.file.id && source.mount.volume === target.mount.volume;
  const backwards = sameFile && to > from;
  for (let done = 0; done < length;) {
    const size = Math.min(pieceBytes, length - done);
    const at = backwards ? length - done - size : done;
    const { bytes } = await source.handle.read(caller, from + at, size);
    // Truncated under us by a door that minds no guard of ours.
    if (bytes.length < size) throw new StorageError('invalid', 'the source became shorter');
    await target.handle.write(caller, to + at, [bytes], 'unstable');
    done += size;
  }
}
