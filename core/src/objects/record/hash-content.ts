import type { HandleCache } from '../../namespace/mounts.ts';
import type { Attributes, FileHandle, Volume } from '../../spi/index.ts';
import type { ContentHasher, RunningHash } from '../content/hasher.ts';
import { littleContent } from '../content/hasher.ts';

/** What is read at a time for a thread, and on the loop, where hashing it holds up others. */
const largeChunk = 262_144;
const smallChunk = 65_536;

/** Bytes of a file, from one offset to before another. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** MD5 of a file's content, or of some of it, as it is read; whether it stood still meanwhile is the caller's to see. */
export async function hashContent(
  volume: Volume,
  handles: HandleCache,
  hasher: ContentHasher,
  file: Attributes,
  extent: Extent = { start: 0, end: Infinity },
): Promise<Uint8Array> {
  const bytes = Math.min(extent.end, file.size) - extent.start;
  const hash = hasher.start('md5', bytes);
  try {
    await handles.use(volume, file.id, 'read', (handle) =>
      bytes > littleContent ? hashLarge(handle, hasher, hash, extent) : hashSmall(handle, hash, extent, bytes),
    );
    return await hash.digest();
  } finally {
    hash.abandon();
  }
}

/** Bytes that are at hand are hashed where they are. */
async function hashSmall(handle: FileHandle, hash: RunningHash, { start, end }: Extent, size: number): Promise<void> {
  const into = new Uint8Array(Math.min(smallChunk, Math.max(1, size)));
  for (let offset = start; offset < end;) {
    const length = Math.min(into.length, end - offset);
    const { bytes, eof } = handle.readNow(offset, length) ?? (await handle.read({}, offset, length, into));
    await hash.update(bytes);
    offset += bytes.length;
    if (eof || bytes.length === 0) return;
    await new Promise(setImmediate);
  }
}

/** One chunk is hashed while the next one is read. */
async function hashLarge(
  handle: FileHandle,
  hasher: ContentHasher,
  hash: RunningHash,
  { start, end }: Extent,
): Promise<void> {
  let into = hasher.takeMemory(largeChunk);
  let other = hasher.takeMemory(largeChunk);
  let hashing: Promise<void> | undefined = undefined;
  try {
    for (let offset = start; offset < end;) {
      const { bytes, eof } = await handle.read({}, offset, Math.min(into.length, end - offset), into);
      await hashing;
      hashing = hash.update(bytes);
      // Its failure is met by whoever waits for it next.
      hashing?.catch(() => undefined);
      offset += bytes.length;
      if (eof || bytes.length === 0) break;
      [into, other] = [other, into];
    }
    await hashing;
  } finally {
    await hashing?.catch(() => undefined);
    hasher.giveBackMemory(into);
    hasher.giveBackMemory(other);
  }
}
