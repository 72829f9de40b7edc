import type { Attributes, ByteRange, Call, FileHandle, Volume, WriteEpoch } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { ContentHasher } from './hasher.ts';
import { OneEpoch } from './one-epoch.ts';
import { writtenAndHashed } from './written-and-hashed.ts';

/** A caller's checksum of what is copied. */
export interface Feed {
  update(bytes: Uint8Array): void;
}

/** A range of a file's bytes to copy. */
export interface Piece extends ByteRange {
  readonly volume: Volume;
}

export interface CopiedContent {
  readonly file: Attributes;
  /** There when the bytes were read. */
  readonly md5?: Uint8Array;
  /** There when bytes were written that are not stable yet. */
  readonly writtenIn?: WriteEpoch | undefined;
}

const chunkBytes = 262_144;

/**
 * Fills a new file with pieces of others: by reference where the backend can and nobody needs the bytes, else through memory.
 *
 * @param at where the first piece comes to lie in the file
 */
export async function copyContent(
  hasher: ContentHasher,
  volume: Volume,
  call: Call,
  to: Attributes,
  pieces: readonly Piece[],
  feed?: Feed,
  at = 0,
): Promise<CopiedContent> {
  const wanted = pieces.filter(({ length }) => length > 0);
  const sameVolume = wanted.every((piece) => piece.volume === volume);
  if (volume.clone !== undefined && sameVolume && feed === undefined) {
    if (wanted.length === 0) return { file: to };
    const ranges = wanted.map(({ id, offset, length }) => ({ id, offset, length }));
    return { file: (await volume.clone.ranges(call, ranges, to.id, at)).after };
  }
  return copyBytes(hasher, volume, call, to, wanted, feed, at);
}

async function copyBytes(
  hasher: ContentHasher,
  volume: Volume,
  call: Call,
  to: Attributes,
  pieces: readonly Piece[],
  feed: Feed | undefined,
  start: number,
): Promise<CopiedContent> {
  const target = await volume.open(call, to.id, 'write');
  const memory = hasher.takeMemory(chunkBytes);
  const hash = hasher.start(
    'md5',
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  const writtenIn = new OneEpoch();
  let file = to;
  try {
    let at = start;
    for (const piece of pieces) {
      const source = await piece.volume.open(call, piece.id, 'read');
      try {
        for await (const bytes of read(source, call, piece, memory)) {
          feed?.update(bytes);
          const written = await writtenAndHashed(target.write(call, at, [bytes], 'unstable'), hash.update(bytes));
          writtenIn.note(written.epoch);
          file = written.after;
          at += bytes.length;
        }
      } finally {
        await source.close();
      }
    }
    return { file, md5: await hash.digest(), writtenIn: writtenIn.epoch };
  } finally {
    hash.abandon();
    hasher.giveBackMemory(memory);
    await target.close();
  }
}

/** Each chunk lies in `memory`, over the one before. */
async function* read(
  source: FileHandle,
  call: Call,
  { offset, length }: Piece,
  memory: Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length;) {
    const { bytes } = await source.read(call, offset + done, Math.min(memory.length, length - done), memory);
    if (bytes.length === 0) throw new StorageError('conditionFailed', 'the source became shorter');
    yield bytes;
    done += bytes.length;
    // A caller's checksum takes as long as it takes; others get their turn in between.
    await new Promise(setImmediate);
  }
}
