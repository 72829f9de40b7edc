import { createHash } from 'node:crypto';
import type { ObjectBody, ObjectChecksums } from '../../service/index.ts';
import { ObjectError } from '../../service/index.ts';
import type { Attributes, Call, FileHandle, Volume } from '../../spi/index.ts';
import type { GatherBudget } from './gather-budget.ts';
import { largestGather } from './gather-budget.ts';

/** What a body was, as it was written down. */
export interface WrittenContent {
  readonly file: Attributes;
  readonly md5: Uint8Array;
  readonly checksums?: ObjectChecksums;
}

/** A buffer that fills up while the other one is written. */
class Gatherer {
  readonly #handle: FileHandle;
  readonly #call: Call;
  readonly #size: number;
  #buffer: Uint8Array;
  #spare: Uint8Array | undefined = undefined;
  #filled = 0;
  #offset = 0;
  #writing: Promise<Attributes | undefined> = Promise.resolve(undefined);

  constructor(handle: FileHandle, call: Call, size: number) {
    this.#handle = handle;
    this.#call = call;
    this.#size = size;
    this.#buffer = Buffer.allocUnsafeSlow(size);
  }

  get total(): number {
    return this.#offset + this.#filled;
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const piece = bytes.subarray(from, from + this.#size - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === this.#size) await this.#flush();
    }
  }

  /** The file's attributes when all of it is written; `undefined` when there was nothing to write. */
  async end(): Promise<Attributes | undefined> {
    if (this.#filled > 0) await this.#flush();
    return this.#writing;
  }

  /** Whatever happened: no buffer is in use any more. */
  async settle(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    await this.#writing;
    const full = this.#buffer.subarray(0, this.#filled);
    const done = this.#handle.write(this.#call, this.#offset, [full], 'unstable').then(({ after }) => after);
    // Its failure is met by whoever waits for it next.
    done.catch(() => undefined);
    this.#writing = done;
    const next = this.#spare ?? Buffer.allocUnsafeSlow(this.#size);
    this.#spare = this.#buffer;
    this.#buffer = next;
    this.#offset += this.#filled;
    this.#filled = 0;
  }
}

/** Streams a body into a new file. What is written here is made stable by the `replace` that publishes the file. */
export async function writeContent(
  volume: Volume,
  call: Call,
  file: Attributes,
  body: ObjectBody,
  budget: GatherBudget,
): Promise<WrittenContent> {
  const handle = await volume.open(call, file.id, 'write');
  const size = budget.take(body.length ?? largestGather);
  const gatherer = new Gatherer(handle, call, size);
  const hash = createHash('md5');
  try {
    for (let bytes = await body.read(); bytes !== undefined; bytes = await body.read()) {
      checkLength(volume, body, gatherer.total + bytes.length, false);
      hash.update(bytes);
      await gatherer.add(bytes);
    }
    checkLength(volume, body, gatherer.total, true);
    const after = (await gatherer.end()) ?? file;
    const md5 = hash.digest();
    const checksums = await body.finish?.(md5);
    return { file: after, md5, ...(checksums !== undefined && { checksums }) };
  } finally {
    await gatherer.settle();
    budget.giveBack(size);
    await handle.close();
  }
}

function checkLength(volume: Volume, body: ObjectBody, total: number, ended: boolean): void {
  if (total > volume.traits.maxFileSize)
    throw new ObjectError('entityTooLarge', { maximum: volume.traits.maxFileSize });
  if (body.length === undefined) return;
  if (total > body.length || (ended && total < body.length)) {
    throw new ObjectError('bodyTooShort', { expected: body.length, received: total });
  }
}
