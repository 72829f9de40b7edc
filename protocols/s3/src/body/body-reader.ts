import type { DigestAlgorithm } from '../checksum/algorithms.ts';
import { createDigest } from '../checksum/algorithms.ts';
import { updatePaced } from '../checksum/paced.ts';
import { S3Error } from '../errors.ts';
import type { ByteSource } from '@polynas/http';

/**
 * The body of a request as a handler sees it: decoded, bounded and checked. The checks that the client asked for (length,
 * chunk signatures, Content-MD5, x-amz-content-sha256, x-amz-checksum-*) are settled when the iteration ends, and a
 * failed one makes it throw: **publish nothing before it has ended normally.**
 */
export interface BodyReader extends ByteSource {
  /** Bytes that the iteration yields when it ends normally. */
  readonly length: number;

  /** Has `algorithm` computed while the body is read. Must be called before the first read. */
  want(algorithm: DigestAlgorithm): void;

  /**
   * Leaves the check of Content-MD5 to a reader that computes the MD5 anyway: call the function with it, and it throws
   * when it is another. `undefined` when the client gave none. Must be called before the first read.
   */
  deferMd5(): ((md5: Uint8Array) => void) | undefined;

  /** After the end: the digests that were wanted or that the client gave. Before it, empty. */
  readonly digests: ReadonlyMap<DigestAlgorithm, Uint8Array>;

  /** After the end: trailers by lower-case name. */
  readonly trailers: ReadonlyMap<string, string>;

  /** Reads a small document whole. Throws `MaxMessageLengthExceeded` beyond `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>;
}

/** A digest that the client gave; `expected` is asked at the end, when trailers are known. */
export interface BodyCheck {
  readonly algorithm: DigestAlgorithm;
  /** Throws when the client's value is malformed. */
  readonly expected: () => Uint8Array;
  readonly mismatch: (expected: Uint8Array, computed: Uint8Array) => S3Error;
}

export interface CheckedBodyOptions {
  readonly length: number;
  readonly checks: readonly BodyCheck[];
  readonly trailers: ReadonlyMap<string, string>;
}

export class CheckedBody implements BodyReader {
  readonly length: number;
  readonly trailers: ReadonlyMap<string, string>;
  readonly #source: ByteSource;
  #checks: readonly BodyCheck[];
  readonly #wanted: Set<DigestAlgorithm>;
  readonly #digests = new Map<DigestAlgorithm, Uint8Array>();
  #started = false;

  constructor(source: ByteSource, options: CheckedBodyOptions) {
    this.#source = source;
    this.length = options.length;
    this.trailers = options.trailers;
    this.#checks = options.checks;
    this.#wanted = new Set(options.checks.map((check) => check.algorithm));
  }

  get digests(): ReadonlyMap<DigestAlgorithm, Uint8Array> {
    return this.#digests;
  }

  want(algorithm: DigestAlgorithm): void {
    if (this.#started) throw new Error('BodyReader.want: the body is being read already');
    this.#wanted.add(algorithm);
  }

  deferMd5(): ((md5: Uint8Array) => void) | undefined {
    if (this.#started) throw new Error('BodyReader.deferMd5: the body is being read already');
    const check = this.#checks.find(({ algorithm }) => algorithm === 'MD5');
    if (check === undefined) return undefined;
    this.#checks = this.#checks.filter((other) => other !== check);
    this.#wanted.delete('MD5');
    return (md5) => {
      const expected = check.expected();
      if (Buffer.compare(expected, md5) !== 0) throw check.mismatch(expected, md5);
    };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    if (this.#started) throw new Error('BodyReader: a body can be read once');
    this.#started = true;
    const running = new Map([...this.#wanted].map((algorithm) => [algorithm, createDigest(algorithm)] as const));
    const updates = [...running.values()];
    let received = 0;
    for await (const chunk of this.#source) {
      if (chunk.length === 0) continue;
      received += chunk.length;
      if (received > this.length) break;
      if (updates.length > 0) {
        const pacing = updatePaced(updates, chunk);
        if (pacing !== undefined) await pacing;
      }
      yield chunk;
    }
    if (received !== this.length) {
      throw new S3Error('IncompleteBody', {
        message: 'You did not provide the number of bytes specified by the Content-Length HTTP header',
        elements: { NumberBytesExpected: this.length, NumberBytesProvided: received },
      });
    }
    for (const [algorithm, digest] of running) this.#digests.set(algorithm, digest.digest());
    for (const check of this.#checks) {
      const expected = check.expected();
      const computed = this.#digests.get(check.algorithm)!;
      if (Buffer.compare(expected, computed) !== 0) throw check.mismatch(expected, computed);
    }
  }

  async bytes(limit: number): Promise<Uint8Array> {
    if (this.length > limit) throw tooBig(limit);
    // The length is known and small, so one buffer is filled in place.
    const whole = new Uint8Array(this.length);
    let offset = 0;
    for await (const chunk of this) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }
}

export function tooBig(limit: number): S3Error {
  return new S3Error('MaxMessageLengthExceeded', { elements: { MaxMessageLengthBytes: limit } });
}
