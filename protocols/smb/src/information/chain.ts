import { Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';

/**
 * Reads a list whose entries begin with NextEntryOffset, which `codec` does not see; each entry ends where the next
 * begins. An empty buffer is an empty list.
 *
 * @param unit what NextEntryOffset must be a multiple of
 */
export function readChain<T>(bytes: Uint8Array, codec: Codec<T>, unit: number): readonly T[] {
  const entries: T[] = [];
  const r = new Reader(bytes);
  for (let start = 0; start < bytes.length;) {
    const next = r.frame(start, bytes.length).u32le();
    if (next % unit !== 0 || (next !== 0 && next < 4)) throw new WireError(`NextEntryOffset ${next}`);
    const end = next === 0 ? bytes.length : start + next;
    entries.push(codec.read(r.frame(start, end).skip(4)));
    if (next === 0) break;
    start = end;
  }
  return entries;
}

/**
 * Writes entries one by one into a buffer of bounded length, as QUERY_DIRECTORY fills its reply: an entry that does not fit is
 * taken back.
 */
export class ChainWriter<T> {
  private readonly w: Writer;
  private readonly codec: Codec<T>;
  private readonly unit: number;
  private readonly limit: number;
  private readonly from: number;
  private last: { start: number; place: ReturnType<Writer['reserve']> } | undefined;

  /** @param limit bytes of the whole list */
  constructor(w: Writer, codec: Codec<T>, unit: number, limit: number) {
    this.w = w;
    this.codec = codec;
    this.unit = unit;
    this.limit = limit;
    this.from = w.length;
  }

  /** Adds an entry; `false`, and nothing written, when it does not fit. */
  add(entry: T): boolean {
    const { w } = this;
    const before = w.length;
    w.align(this.unit, this.from);
    const start = w.length;
    const place = w.reserve(4);
    this.codec.write(w, entry);
    if (w.length - this.from > this.limit) {
      w.rewind(before);
      return false;
    }
    if (this.last !== undefined) w.patchU32le(this.last.place, start - this.last.start);
    this.last = { start, place };
    return true;
  }
}

/** Writes all entries of a list that has no bound but the Writer's. */
export function writeChain<T>(w: Writer, codec: Codec<T>, unit: number, entries: readonly T[]): void {
  const chain = new ChainWriter(w, codec, unit, Number.MAX_SAFE_INTEGER);
  for (const entry of entries) chain.add(entry);
}
