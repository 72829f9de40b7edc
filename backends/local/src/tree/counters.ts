import { metaKeys } from '../format/meta.ts';
import { decodeNumber, encodeNumber } from '../format/rows.ts';
import type { Table } from './table.ts';

export type CounterName = 'files' | 'contents' | 'cookies' | 'blobs' | 'stamps';

/** Numbers reserved by one commit. Those not used when the process ends are skipped: 2^53 outlasts a million restarts a day for ages. */
const batch: Record<CounterName, number> = { files: 1024, contents: 4096, cookies: 4096, blobs: 256, stamps: 65536 };

interface Counter {
  next: number;
  /** Numbers below it may be handed out: in a mutation that stores a larger limit, or after one did. */
  limit: number;
  /** The limit that a commit has made durable. */
  durable: number;
}

/** Volume-wide numbers that are never given twice, whatever crashes. */
export class Counters {
  readonly #counters: Record<CounterName, Counter>;

  constructor(meta: Table, first: Record<CounterName, number>) {
    const start = (name: CounterName): Counter => {
      const view = meta.view(metaKeys[name], 8);
      const next = view === undefined ? first[name] : decodeNumber(view);
      return { next, limit: next, durable: next };
    };
    this.#counters = {
      files: start('files'),
      contents: start('contents'),
      cookies: start('cookies'),
      blobs: start('blobs'),
      stamps: start('stamps'),
    };
  }

  /** The first number that was not given. */
  peek(name: CounterName): number {
    return this.#counters[name].next;
  }

  /** Inside a mutation: the limit that covers the number is part of the same commit. */
  take(name: CounterName, put: (key: Uint8Array, value: Uint8Array) => void): number {
    const counter = this.#counters[name];
    // Until the commit of a raised limit is known to have happened, each mutation that relies on it stores it again.
    if (counter.next >= counter.durable) this.#raise(name, counter, put);
    counter.next += 1;
    return counter.next - 1;
  }

  /** Outside of mutations: `undefined` when the durable reserve is used up, and a mutation must `reserve` first. */
  takeReserved(name: CounterName): number | undefined {
    const counter = this.#counters[name];
    if (counter.next >= counter.durable) return undefined;
    counter.next += 1;
    return counter.next - 1;
  }

  /** How many numbers `takeReserved` would give. */
  reserved(name: CounterName): number {
    const counter = this.#counters[name];
    return Math.max(0, counter.durable - counter.next);
  }

  /** Inside a mutation: makes a full batch available to `takeReserved` once it is committed. */
  reserve(name: CounterName, put: (key: Uint8Array, value: Uint8Array) => void): void {
    const counter = this.#counters[name];
    counter.limit = Math.max(counter.limit, counter.next + batch[name]);
    put(metaKeys[name], encodeNumber(counter.limit));
  }

  /** After a commit that stored limits: what is stored now is durable. */
  committed(limits: ReadonlyMap<CounterName, number>): void {
    for (const [name, limit] of limits) {
      const counter = this.#counters[name];
      if (limit > counter.durable) counter.durable = limit;
    }
  }

  /** After a commit that failed: nothing beyond the durable limit may be taken for reserved. */
  rolledBack(): void {
    for (const counter of Object.values(this.#counters)) counter.limit = counter.durable;
  }

  /** Inside a mutation, before `committed`: the limits that this mutation stores. */
  limitOf(name: CounterName): number {
    return this.#counters[name].limit;
  }

  #raise(name: CounterName, counter: Counter, put: (key: Uint8Array, value: Uint8Array) => void): void {
    if (counter.next >= counter.limit) counter.limit = counter.next + batch[name];
    put(metaKeys[name], encodeNumber(counter.limit));
  }
}
