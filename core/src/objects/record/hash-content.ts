import type { HandleCache } from '../../namespace/mounts.ts';
import type { Attributes, FileHandle, Volume } from '../../spi/index.ts';
import type { ContentHasher, RunningHash } from '../content/hasher.ts';
import { littleContent } from '../content/hasher.ts';

/** What is read at a time for a thread, and on the loop, where hashing it holds up others. */
const largeChunk = 262_144;
const smallChunk = 65_536;

/** MD5 of a file's content as it is read; whether it stood still meanwhile is the caller's to see. */
export async function hashContent(
  volume: Volume,
  handles: HandleCache,
  hasher: ContentHasher,
  file: Attributes,
): Promise<Uint8Array> {
  const hash = hasher.start('md5', file.size);
  try {
    await handles.use(volume, file.id, 'read', (handle) =>
      file.size > littleContent ? hashLarge(handle, hasher, hash) : hashSmall(handle, hash, file.size),
    );
    return await hash.digest();
  } finally {
    hash.abandon();
  }
}

/** Bytes that are at hand are hashed where they are. */
async function hashSmall(handle: FileHandle, hash: RunningHash, size: number): Promise<void> {
  const into = new Uint8Array(Math.min(smallChunk, Math.max(1, size)));
  for (let offset = 0; ;) {
    const { bytes, eof } = handle.readNow(offset, into.length) ?? (await handle.read({}, offset, into.length, into));
    await hash.update(bytes);
    offset += bytes.length;
    if (eof || bytes.length === 0) return;
    await new Promise(setImmediate);
  }
}

/** One chunk is hashed while the next one is read. */
async function hashLarge(handle: FileHandle, hasher: ContentHasher, hash: RunningHash): Promise<void> {
  let into = hasher.takeMemory(largeChunk);
  let other = hasher.takeMemory(largeChunk);
  let hashing: Promise<void> | undefined = undefined;
  try {
    for (let offset = 0; ;) {
      const { bytes, eof } = await handle.read({}, offset, into.length, into);
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
