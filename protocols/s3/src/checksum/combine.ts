/**
 * The CRC of a concatenation from the CRCs of its pieces, without the bytes: FULL_OBJECT checksums of a multipart upload
 * (S3 User Guide, "Checking object integrity"). Appending n bytes multiplies the CRC polynomial by x^(8n) modulo the
 * generator; the pre- and post-inversion of all three CRCs cancel out, as in zlib's crc32_combine.
 *
 * All values are reflected: the most significant bit is the coefficient of x^0.
 */

/** A CRC as two unsigned halves; 32-bit CRCs stand in the high half, so that one multiplication serves both widths. */
interface Poly {
  readonly high: number;
  readonly low: number;
}

export type CrcName = 'CRC32' | 'CRC32C' | 'CRC64NVME';

const generators: Readonly<Record<CrcName, Poly>> = {
  CRC32: { high: 0xedb88320, low: 0 },
  CRC32C: { high: 0x82f63b78, low: 0 },
  CRC64NVME: { high: 0x9a6c9329, low: 0xac4bc9b5 },
};

const digestBytes: Readonly<Record<CrcName, 4 | 8>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8 };

/** Combines CRCs of one kind; remembers the operator of the last length, because all parts but one are equally long. */
export class CrcCombiner {
  readonly #name: CrcName;
  readonly #generator: Poly;
  readonly #width: number;
  /** x^(2^k) modulo the generator. */
  readonly #squares: Poly[];
  #lastLength = -1;
  #lastOperator: Poly = { high: 0, low: 0 };

  constructor(name: CrcName) {
    this.#name = name;
    this.#generator = generators[name];
    this.#width = digestBytes[name] * 8;
    // x^1, then squares; 2^53 bytes are 2^56 bits.
    this.#squares = [{ high: 0x40000000, low: 0 }];
    for (let k = 1; k < 57; k++) {
      const last = this.#squares[k - 1]!;
      this.#squares.push(this.#multiply(last, last));
    }
  }

  /**
   * @param first digest of the first piece (4 or 8 bytes, big-endian)
   * @param second digest of the second piece
   * @param secondLength bytes of the second piece
   */
  combine(first: Uint8Array, second: Uint8Array, secondLength: number): Uint8Array {
    if (secondLength !== this.#lastLength) {
      this.#lastOperator = this.#power(secondLength);
      this.#lastLength = secondLength;
    }
    const a = this.#read(first);
    const b = this.#read(second);
    const moved = this.#multiply(this.#lastOperator, a);
    return this.#write({ high: moved.high ^ b.high, low: moved.low ^ b.low });
  }

  /** x^(8 · bytes). */
  #power(bytes: number): Poly {
    let result: Poly = { high: 0x80000000, low: 0 };
    // Halving a double keeps lengths beyond 2^32 exact.
    for (let n = bytes, k = 3; n > 0; n = Math.floor(n / 2), k++) {
      if (n % 2 === 1) result = this.#multiply(this.#squares[k]!, result);
    }
    return result;
  }

  #multiply(a: Poly, b: Poly): Poly {
    const { high: gh, low: gl } = this.#generator;
    let ph = 0;
    let pl = 0;
    let bh = b.high;
    let bl = b.low;
    for (let bit = 0; bit < this.#width; bit++) {
      const coefficient = bit < 32 ? (a.high >>> (31 - bit)) & 1 : (a.low >>> (63 - bit)) & 1;
      if (coefficient) {
        ph ^= bh;
        pl ^= bl;
      }
      const carry = this.#width === 32 ? bh & 1 : bl & 1;
      bl = this.#width === 32 ? 0 : (bl >>> 1) | (bh << 31);
      bh >>>= 1;
      if (carry) {
        bh ^= gh;
        bl ^= gl;
      }
    }
    return { high: ph, low: pl };
  }

  #read(digest: Uint8Array): Poly {
    if (digest.length * 8 !== this.#width) throw new RangeError(`${this.#name}: a digest of ${digest.length} bytes`);
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    return { high: view.getInt32(0), low: this.#width === 64 ? view.getInt32(4) : 0 };
  }

  #write(poly: Poly): Uint8Array {
    const digest = new Uint8Array(digestBytes[this.#name]);
    const view = new DataView(digest.buffer);
    view.setInt32(0, poly.high);
    if (this.#width === 64) view.setInt32(4, poly.low);
    return digest;
  }
}
