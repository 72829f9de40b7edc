import type { FileId, WriteEpoch } from '@polynas/core/spi';

interface Values {
  /** Of the file when they were read: setting an extended attribute moves it. */
  readonly change: bigint;
  /** By name; `undefined`: the file has no such attribute. */
  readonly byName: Map<string, Uint8Array | undefined>;
  bytes: number;
}

/** What a file takes here beyond its values, about. */
const fileBytes = 200;

/** Extended attributes that were read lately, where nobody but this process changes the volume; those of one change counter of their file. */
export class XattrCache {
  readonly #maxBytes: number;
  readonly #epoch: () => WriteEpoch;
  /** In order of last use. */
  readonly #files = new Map<FileId, Values>();
  readonly #changing = new Set<FileId>();
  #bytes = 0;
  #lastEpoch: WriteEpoch;

  constructor(maxBytes: number, epoch: () => WriteEpoch) {
    this.#maxBytes = maxBytes;
    this.#epoch = epoch;
    this.#lastEpoch = epoch();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The value (a copy) or that there is none; `undefined` as a whole when it is not known. */
  get(id: FileId, change: bigint, name: string): { readonly value: Uint8Array | undefined } | undefined {
    const values = this.#values(id, change);
    if (values === undefined || !values.byName.has(name)) return undefined;
    this.#files.delete(id);
    this.#files.set(id, values);
    return { value: values.byName.get(name)?.slice() };
  }

  add(id: FileId, change: bigint, name: string, value: Uint8Array | undefined): void {
    if (this.#changing.has(id)) return;
    let values = this.#values(id, change);
    if (values === undefined) {
      this.#files.set(id, (values = { change, byName: new Map(), bytes: fileBytes }));
      this.#bytes += fileBytes;
    }
    if (values.byName.has(name)) return;
    const bytes = name.length + (value?.length ?? 0);
    values.byName.set(name, value?.slice());
    values.bytes += bytes;
    this.#bytes += bytes;
    for (const oldest of this.#files.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.drop(oldest);
    }
  }

  /** Until `changed` nothing of the file is known, and nothing remembered. By who is alone on the file. */
  changing(id: FileId): void {
    this.drop(id);
    this.#changing.add(id);
  }

  changed(id: FileId): void {
    this.#changing.delete(id);
  }

  drop(id: FileId): void {
    const values = this.#files.get(id);
    if (values === undefined) return;
    this.#files.delete(id);
    this.#bytes -= values.bytes;
  }

  #values(id: FileId, change: bigint): Values | undefined {
    const epoch = this.#epoch();
    if (epoch !== this.#lastEpoch) {
      // Counters of what was lost come again, for other values.
      this.#lastEpoch = epoch;
      this.#files.clear();
      this.#bytes = 0;
    }
    const values = this.#files.get(id);
    if (values === undefined || values.change === change) return values;
    this.drop(id);
    return undefined;
  }
}
