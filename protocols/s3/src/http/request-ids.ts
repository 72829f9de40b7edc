/** Bytes drawn from the random source at a time: a draw costs more than the bytes. */
const poolBytes = 4096;
const requestIdBytes = 8;
const hostIdBytes = 24;

export interface RequestIds {
  /** `x-amz-request-id`: 16 hexadecimal digits, as AWS writes it. */
  readonly requestId: string;
  /** `x-amz-id-2`: base64. */
  readonly hostId: string;
}

/** Makes the ids that name one exchange in the answer and in the log. */
export class RequestIdSource {
  readonly #random: (length: number) => Uint8Array;
  #pool: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(random: (length: number) => Uint8Array) {
    this.#random = random;
  }

  next(): RequestIds {
    if (this.#offset + requestIdBytes + hostIdBytes > this.#pool.length) {
      const fresh = this.#random(poolBytes);
      this.#pool = Buffer.from(fresh.buffer, fresh.byteOffset, fresh.byteLength);
      this.#offset = 0;
    }
    const middle = this.#offset + requestIdBytes;
    const requestId = this.#pool.toString('hex', this.#offset, middle).toUpperCase();
    this.#offset = middle + hostIdBytes;
    return { requestId, hostId: this.#pool.toString('base64', middle, this.#offset) };
  }
}
