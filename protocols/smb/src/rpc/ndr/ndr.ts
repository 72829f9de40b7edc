import { Reader, Writer } from '@polynas/core/wire';

export interface Aligned {
  /** Octets that the type is aligned to, from the start of the stub. */
  readonly alignment: 1 | 2 | 4 | 8;
}

/**
 * How one type lies in a stub: NDR transfer syntax 2.0, little-endian (C706 chapter 14, MS-RPCE 2.2.4 and 2.2.5).
 *
 * Reading hands the value to `put`, since the referents of embedded pointers come only after the whole construct that holds them (C706 14.3.12.3): a structure is put
 * before all of its members are there, and is complete after `settle`.
 */
export interface Ndr<T> extends Aligned {
  read(r: NdrReader, put: (value: T) => void): void;
  write(w: NdrWriter, value: T): void;
}

/** The widest alignment of several types (C706 14.2.2). */
export function alignmentOf(types: readonly Aligned[]): Aligned['alignment'] {
  return types.reduce<Aligned['alignment']>((most, { alignment }) => (alignment > most ? alignment : most), 1);
}

/** Work of deferred referents: each goes with all that it refers to itself before the next one. */
class Deferred {
  private waiting: (() => void)[] = [];

  add(work: () => void): void {
    this.waiting.push(work);
  }

  /** As deep as the types nest: none of them refers to itself. */
  settle(): void {
    while (this.waiting.length > 0) {
      const works = this.waiting;
      this.waiting = [];
      for (const work of works) {
        work();
        this.settle();
      }
    }
  }
}

/** Reads one stub in place. */
export class NdrReader {
  readonly wire: Reader;
  readonly deferred = new Deferred();

  constructor(stub: Uint8Array) {
    this.wire = new Reader(stub);
  }
}

/** First of the referent ids, as other implementations choose them; they grow by 4. */
const FIRST_REFERENT = 0x0002_0000;

export class NdrWriter {
  readonly wire: Writer;
  readonly deferred = new Deferred();
  private referents = FIRST_REFERENT;

  /** @param limit bytes above which writing is a `WireError` */
  constructor(limit: number) {
    this.wire = new Writer(1024, limit);
  }

  referent(): number {
    const id = this.referents;
    this.referents += 4;
    return id;
  }
}

export function decodeStub<T>(type: Ndr<T>, stub: Uint8Array): T {
  const r = new NdrReader(stub);
  let value: T | undefined;
  type.read(r, (read) => {
    value = read;
  });
  r.deferred.settle();
  return value as T;
}

/** @param limit bytes of the stub above which this is a `WireError` */
export function encodeStub<T>(type: Ndr<T>, value: T, limit: number): Uint8Array {
  const w = new NdrWriter(limit);
  type.write(w, value);
  w.deferred.settle();
  const { parts } = w.wire.finish();
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
