import type { ByteSource } from '@polynas/http';
import { HttpFault } from '@polynas/http';
import { badRequest } from '../errors.ts';

/** Bytes of a part's headers, and of a field's value. */
const maximumField = 8192;

export interface FormPart {
  readonly name: string;
  /** There for files. */
  readonly fileName: string | undefined;
  readonly type: string | undefined;
}

/** The boundary of a `multipart/form-data` (RFC 2046 §5.1.1). */
export function boundaryOf(contentType: string): string | undefined {
  const match = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** Reads a form (RFC 7578) as it comes: one part after another, and of each its bytes. */
export class FormReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  /** What has come and was not yet given. The line before the first delimiter need not be there. */
  #bytes: Buffer = Buffer.from('\r\n');
  /** At first, in the preamble, which is nobody's. */
  #isInPart = true;

  constructor(source: ByteSource, boundary: string) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** The next part; what is left of the one before is passed over. `undefined` at the end. */
  async next(): Promise<FormPart | undefined> {
    while ((await this.read()) !== undefined);
    const mark = await this.#take(2);
    if (mark.equals(Buffer.from('--'))) return undefined;
    if (!mark.equals(Buffer.from('\r\n'))) throw badRequest('FormPost: a part begins oddly');
    this.#isInPart = true;
    return parsePart(await this.#headers());
  }

  /** The next bytes of the part; `undefined` at its end. */
  async read(): Promise<Uint8Array | undefined> {
    if (!this.#isInPart) return undefined;
    for (;;) {
      const at = this.#bytes.indexOf(this.#delimiter);
      if (at === 0) {
        this.#bytes = this.#bytes.subarray(this.#delimiter.length);
        this.#isInPart = false;
        return undefined;
      }
      // Of what is no delimiter yet, the end may become one.
      const given = at > 0 ? at : this.#bytes.length - this.#delimiter.length + 1;
      if (given > 0) {
        const bytes = this.#bytes.subarray(0, given);
        this.#bytes = this.#bytes.subarray(given);
        return bytes;
      }
      await this.#more();
    }
  }

  /** The whole of a short part as text. */
  async text(): Promise<string> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let bytes = await this.read(); bytes !== undefined; bytes = await this.read()) {
      length += bytes.length;
      if (length > maximumField) throw badRequest('FormPost: a field is too long');
      chunks.push(bytes);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  async #headers(): Promise<string> {
    for (;;) {
      // A part may have none at all.
      if (this.#bytes.indexOf('\r\n') === 0) return (await this.#take(2)).toString('utf8');
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end >= 0 && end <= maximumField) return (await this.#take(end + 4)).toString('utf8');
      if (this.#bytes.length > maximumField) throw badRequest('FormPost: the headers of a part are too long');
      await this.#more();
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) await this.#more();
    const bytes = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return bytes;
  }

  async #more(): Promise<void> {
    const next = await this.#iterator.next();
    if (next.done === true) throw new HttpFault('incompleteBody');
    // What is kept is shorter than a delimiter, or than a part's headers.
    const { buffer, byteOffset, length } = next.value;
    const more = Buffer.from(buffer, byteOffset, length);
    this.#bytes = this.#bytes.length === 0 ? more : Buffer.concat([this.#bytes, more]);
  }
}

function parsePart(headers: string): FormPart {
  const disposition = /^content-disposition:\s*form-data(.*)$/im.exec(headers)?.[1];
  const name = parameter(disposition, 'name');
  if (name === undefined) throw badRequest('FormPost: a part has no name');
  const type = /^content-type:([^\r\n]*)$/im.exec(headers)?.[1]?.trim();
  return { name, fileName: parameter(disposition, 'filename'), type };
}

/** RFC 7578 §4.2; browsers escape quotes as `%22`. */
function parameter(disposition: string | undefined, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(disposition ?? '');
  return match?.[1]?.replaceAll('%22', '"');
}
