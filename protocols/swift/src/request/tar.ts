import type { ByteSource } from '@polynas/http';
import { HttpFault } from '@polynas/http';
import { badRequest } from '../errors.ts';

const blockBytes = 512;
/** Bytes of an extended header: a name of 1,024 bytes and what else an archiver says. */
const maximumHeader = 64 * 1024;

export interface TarEntry {
  readonly name: string;
  readonly size: number;
  /** A regular file; anything else has no bytes that would be an object's. */
  readonly isFile: boolean;
}

/** Reads an archive as it comes (POSIX.1-2001 pax and ustar; GNU's long names and sizes). */
export class TarReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  /** What has come and was not yet given. */
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the entry's content, and of what fills its last block. */
  #left = 0;
  #padding = 0;

  constructor(source: ByteSource) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** The next entry; what is left of the one before is passed over. `undefined` at the end. */
  async next(): Promise<TarEntry | undefined> {
    let name: string | undefined;
    let size: number | undefined;
    for (;;) {
      while ((await this.read()) !== undefined);
      await this.#skip(this.#padding);
      this.#padding = 0;
      const block = await this.#take(blockBytes, true);
      // Two blocks of zeros end an archive; some archivers leave them out.
      if (block === undefined || block.every((byte) => byte === 0)) return undefined;
      const header = parseHeader(block);
      this.#begin(header.size);
      if (header.type === 'x') {
        const extended = parsePax(await this.#whole());
        name = extended.name ?? name;
        size = extended.size ?? size;
      } else if (header.type === 'L') name = textOf(await this.#whole());
      else if (header.type !== 'g' && header.type !== 'K') {
        const isFile = header.type === '0' || header.type === '\0' || header.type === '7';
        if (size !== undefined) this.#begin(size);
        return { name: name ?? header.name, size: this.#left, isFile };
      }
    }
  }

  /** The next bytes of the entry; `undefined` at its end. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#left === 0) return undefined;
    if (this.#bytes.length === 0) await this.#more(false);
    const bytes = this.#bytes.subarray(0, this.#left);
    this.#bytes = this.#bytes.subarray(bytes.length);
    this.#left -= bytes.length;
    return bytes;
  }

  #begin(size: number): void {
    this.#left = size;
    this.#padding = (blockBytes - (size % blockBytes)) % blockBytes;
  }

  async #whole(): Promise<Buffer> {
    if (this.#left > maximumHeader) throw badRequest('Invalid Tar File: a header is too long');
    const bytes = await this.#take(this.#left, false);
    this.#left = 0;
    return Buffer.from(bytes ?? []);
  }

  async #skip(length: number): Promise<void> {
    await this.#take(length, false);
  }

  /** @param mayEnd the archive may end before the first of these bytes */
  async #take(length: number, mayEnd: boolean): Promise<Buffer | undefined> {
    while (this.#bytes.length < length) {
      if (!(await this.#more(mayEnd && this.#bytes.length === 0))) return undefined;
    }
    const bytes = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return bytes;
  }

  async #more(mayEnd: boolean): Promise<boolean> {
    const next = await this.#iterator.next();
    if (next.done === true) {
      if (mayEnd) return false;
      throw new HttpFault('incompleteBody');
    }
    // What is kept is shorter than a header.
    const { buffer, byteOffset, length } = next.value;
    const more = Buffer.from(buffer, byteOffset, length);
    this.#bytes = this.#bytes.length === 0 ? more : Buffer.concat([this.#bytes, more]);
    return true;
  }
}

interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

/** POSIX.1-2001 pax, "ustar Interchange Format". */
function parseHeader(block: Buffer): Header {
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (numberAt(block, 148, 8) !== sum) throw badRequest('Invalid Tar File: checksum');
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textOf(block.subarray(345, 500)) : '';
  const name = textOf(block.subarray(0, 100));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: numberAt(block, 124, 12),
    type: String.fromCharCode(block[156]!),
  };
}

/** Octal digits, or GNU's binary form where the first bit is set. */
function numberAt(block: Buffer, at: number, length: number): number {
  if (block[at] === 0x80) {
    const value = block.readBigUInt64BE(at + length - 8);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badRequest('Invalid Tar File: a size');
    return Number(value);
  }
  const text = block
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+/g, ' ')
    .trim();
  if (!/^[0-7]{0,13}$/.test(text)) throw badRequest('Invalid Tar File: a number');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

/** Records of `LENGTH KEY=VALUE` and a line feed each, the length counting the whole record in bytes. */
function parsePax(bytes: Buffer): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 ? '' : bytes.toString('latin1', at, space);
    const length = /^\d{1,6}$/.test(digits) ? Number(digits) : 0;
    if (space < 0 || length <= space - at + 1 || at + length > bytes.length)
      throw badRequest('Invalid Tar File: a record');
    const record = bytes.toString('utf8', space + 1, at + length - 1);
    const value = record.slice(record.indexOf('=') + 1);
    if (record.startsWith('path=')) found.name = value;
    if (record.startsWith('size=') && /^\d{1,15}$/.test(value)) found.size = Number(value);
    at += length;
  }
  return found;
}
