import type { ObjectBody, ObjectChecksums } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Attributes, Call, FileHandle, Volume, WriteEpoch, WriteResult } from '../../spi/index.ts';
import { emptyMd5 } from '../object-info.ts';
import { copyBytes } from './copy-bytes.ts';
import type { GatherBudget } from './gather-budget.ts';
import { largestGather } from './gather-budget.ts';
import type { ContentHasher, RunningHash } from './hasher.ts';
import { OneEpoch } from './one-epoch.ts';
import { writtenAndHashed } from './written-and-hashed.ts';

/** What a body was, as it was written down. */
export interface WrittenContent {
  readonly file: Attributes;
  readonly md5: Uint8Array;
  readonly checksums?: ObjectChecksums;
  /** There when bytes were written; they are not stable before they are so in this epoch. */
  readonly writtenIn?: WriteEpoch | undefined;
}

/** A buffer that fills up while the other one is written and hashed. */
class Gatherer {
  readonly #handle: FileHandle;
  readonly #call: Call;
  readonly #size: number;
  readonly #hasher: ContentHasher;
  /** Bytes to come, when known. */
  readonly #length: number | undefined;
  /** From the first bytes on: only then it is known how many there are at least. */
  #hash: RunningHash | undefined = undefined;
  #buffer: Uint8Array | undefined = undefined;
  #spare: Uint8Array | undefined = undefined;
  #filled = 0;
  /** Bytes that are written. */
  #offset = 0;
  /** Where the content begins in its file. */
  readonly #at: number;
  #flushing: Promise<WriteResult | undefined> = Promise.resolve(undefined);
  readonly #writtenIn = new OneEpoch();

  constructor(
    handle: FileHandle,
    call: Call,
    size: number,
    hasher: ContentHasher,
    length: number | undefined,
    at: number,
  ) {
    this.#handle = handle;
    this.#call = call;
    this.#size = size;
    this.#hasher = hasher;
    this.#length = length;
    this.#at = at;
  }

  get total(): number {
    return this.#offset + this.#filled;
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const piece = bytes.subarray(from, from + this.#size - this.#filled);
      this.#buffer ??= this.#hasher.takeMemory(this.#size);
      copyBytes(piece, this.#buffer, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === this.#size) await this.#flush(this.#buffer);
    }
  }

  /** When all of it is written and hashed. `file`: its attributes then; absent when there was nothing to write. */
  async end(): Promise<Pick<WrittenContent, 'md5' | 'writtenIn'> & { readonly file?: Attributes }> {
    if (this.#buffer !== undefined && this.#filled > 0) await this.#flush(this.#buffer);
    const last = await this.#settled();
    const md5 = this.#hash === undefined ? emptyMd5 : await this.#hash.digest();
    return last === undefined ? { md5 } : { file: last.after, md5, writtenIn: last.epoch };
  }

  /** Whatever happened: no buffer is in use any more. */
  async settle(): Promise<void> {
    this.#hash?.abandon();
    await this.#flushing.catch(() => undefined);
    for (const memory of [this.#buffer, this.#spare]) {
      if (memory !== undefined) this.#hasher.giveBackMemory(memory);
    }
  }

  /** The write that was under way is done, and those before it are not lost. */
  async #settled(): Promise<WriteResult | undefined> {
    const result = await this.#flushing;
    if (result !== undefined) this.#writtenIn.note(result.epoch);
    return result;
  }

  async #flush(buffer: Uint8Array): Promise<void> {
    await this.#settled();
    this.#hash ??= this.#hasher.start('md5', this.#length ?? this.#filled);
    const full = buffer.subarray(0, this.#filled);
    const written = this.#handle.write(this.#call, this.#at + this.#offset, [full], 'unstable');
    const done = writtenAndHashed(written, this.#hash.update(full));
    // Its failure is met by whoever waits for it next.
    done.catch(() => undefined);
    this.#flushing = done;
    this.#buffer = this.#spare;
    this.#spare = buffer;
    this.#offset += this.#filled;
    this.#filled = 0;
  }
}

/**
 * Streams a body into a new file. What is written here is made stable by the `replace` that publishes the file.
 *
 * @param at where the body begins in the file
 */
export async function writeContent(
  volume: Volume,
  call: Call,
  file: Attributes,
  body: ObjectBody,
  budget: GatherBudget,
  hasher: ContentHasher,
  at = 0,
): Promise<WrittenContent> {
  const handle = await volume.open(call, file.id, 'write');
  const size = budget.take(body.length ?? largestGather);
  const gatherer = new Gatherer(handle, call, size, hasher, body.length, at);
  try {
    for (let bytes = await body.read(); bytes !== undefined; bytes = await body.read()) {
      checkLength(volume, body, gatherer.total + bytes.length, false);
      await gatherer.add(bytes);
    }
    checkLength(volume, body, gatherer.total, true);
    const { file: after = file, ...content } = await gatherer.end();
    const checksums = await body.finish?.(content.md5);
    return { file: after, ...content, ...(checksums !== undefined && { checksums }) };
  } finally {
    await gatherer.settle();
    budget.giveBack(size);
    await handle.close();
  }
}

/** Throws `bodyTooShort` for a body that is not as long as it says, `entityTooLarge` for one that is too long for the volume. */
export function checkLength(volume: Volume, body: ObjectBody, total: number, ended: boolean): void {
  if (total > volume.traits.maxFileSize)
    throw new ObjectError('entityTooLarge', { maximum: volume.traits.maxFileSize });
  if (body.length === undefined) return;
  if (total > body.length || (ended && total < body.length)) {
    throw new ObjectError('bodyTooShort', { expected: body.length, received: total });
  }
}
