/** `tx`, 21 hex digits, `-`, and the time: what OpenStack's server names an exchange by in the answer and in the log. */
export class TransactionIdSource {
  readonly #random: (length: number) => Uint8Array;
  readonly #now: () => number;
  #pool: Buffer = Buffer.alloc(0);
  #offset = 0;

  /** @param now milliseconds since 1970 */
  constructor(random: (length: number) => Uint8Array, now: () => number) {
    this.#random = random;
    this.#now = now;
  }

  next(): string {
    if (this.#offset + idBytes > this.#pool.length) {
      const fresh = this.#random(poolBytes);
      this.#pool = Buffer.from(fresh.buffer, fresh.byteOffset, fresh.byteLength);
      this.#offset = 0;
    }
    const digits = this.#pool.toString('hex', this.#offset, (this.#offset += idBytes)).slice(0, 21);
    const seconds = Math.floor(this.#now() / 1000);
    return `tx${digits}-${seconds.toString(16).padStart(10, '0')}`;
  }
}

const idBytes = 11;
/** Bytes drawn from the random source at a time: a draw costs more than the bytes. */
const poolBytes = 4096;
