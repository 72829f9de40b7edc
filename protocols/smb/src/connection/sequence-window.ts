/** Bytes that one credit pays for (MS-SMB2 3.3.5.2.5). */
const BYTES_PER_CREDIT = 65_536;

/** The credits that a request with payloads of these sizes costs, both in bytes (MS-SMB2 3.1.5.2). */
export function requiredCharge(sendBytes: number, responseBytes: number): number {
  const payload = Math.max(sendBytes, responseBytes);
  return payload === 0 ? 1 : Math.floor((payload - 1) / BYTES_PER_CREDIT) + 1;
}

/**
 * Connection.CommandSequenceWindow (MS-SMB2 3.3.1.1): which MessageIds the client may still use.
 *
 * A bitmap over the ids from the lowest unused one up to the highest granted one. A client that leaves a gap holds the window's
 * low end; it then gets no more credits than keep the span within the limit.
 */
export class SequenceWindow {
  private readonly size: number;
  /** One bit per id, at id mod `size`: used. Absent while no id was used before a lower one, as with most clients. */
  private used: Uint32Array | undefined;
  /** Lowest id that was not used. */
  private low = 0n;
  /** One past the highest id that was granted. */
  private high = 1n;
  private free = 1;

  /** @param maxCredits ids that the window may span: a power of two, at least 32 */
  constructor(maxCredits: number) {
    if (maxCredits < 32 || !Number.isInteger(Math.log2(maxCredits))) {
      throw new RangeError(`${maxCredits} is not a power of two from 32 on`);
    }
    this.size = maxCredits;
  }

  /** Credits that the client holds: ids granted and not used. */
  get credits(): number {
    return this.free;
  }

  /**
   * Uses up `charge` ids from `messageId` on (MS-SMB2 3.3.5.2.3). `false`, and nothing used, when one of them was not granted or
   * was used already: then the connection is to be closed. A charge of 0 (2.0.2) uses one.
   */
  take(messageId: bigint, charge: number): boolean {
    const count = Math.max(charge, 1);
    const end = messageId + BigInt(count);
    if (messageId < this.low || end > this.high) return false;
    if (this.used === undefined && messageId === this.low) this.low = end;
    else if (!this.takeAhead(messageId, count)) return false;
    this.free -= count;
    return true;
  }

  private takeAhead(messageId: bigint, count: number): boolean {
    const used = (this.used ??= new Uint32Array(this.size / 32));
    const first = Number(messageId % BigInt(this.size));
    for (let index = 0; index < count; index++) if (isUsed(used, (first + index) % this.size)) return false;
    for (let index = 0; index < count; index++) mark(used, (first + index) % this.size);
    this.advance(used);
    return true;
  }

  /**
   * Grants credits for a response (MS-SMB2 3.3.1.2) and returns how many: what was asked for as far as the window allows, and
   * at least one while the client would otherwise hold none.
   */
  grant(requested: number): number {
    const room = this.size - Number(this.high - this.low);
    const wanted = this.free === 0 ? Math.max(requested, 1) : requested;
    const granted = Math.max(0, Math.min(wanted, room, 0xffff));
    this.high += BigInt(granted);
    this.free += granted;
    return granted;
  }

  private advance(used: Uint32Array): void {
    let slot = Number(this.low % BigInt(this.size));
    while (this.low < this.high && isUsed(used, slot)) {
      used[slot >>> 5]! &= ~(1 << (slot & 31));
      this.low += 1n;
      slot = (slot + 1) % this.size;
    }
  }
}

function isUsed(used: Uint32Array, slot: number): boolean {
  return ((used[slot >>> 5]! >>> (slot & 31)) & 1) === 1;
}

function mark(used: Uint32Array, slot: number): void {
  used[slot >>> 5]! |= 1 << (slot & 31);
}
