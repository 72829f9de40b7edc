import type {
  Call,
  FileHandle,
  FileId,
  HandleAccess,
  ReadResult,
  Stability,
  SyncResult,
  WriteResult,
} from '../spi/index.ts';

/** What the cache learns of a handle's writes. */
export interface DirtyWatch {
  /** A write that may be answered unstable begins. */
  dirtied(): void;
  /** Everything that was answered before the sync began is stable: the count of writes as of then. */
  cleaned(generation: number): void;
  readonly generation: number;
}

/** A backend's handle that tells its cache when it has unsynced writes. Closing it is the cache's business. */
export class WatchedHandle implements FileHandle {
  readonly #inner: FileHandle;
  readonly #watch: DirtyWatch;

  constructor(inner: FileHandle, watch: DirtyWatch) {
    this.#inner = inner;
    this.#watch = watch;
  }

  get id(): FileId {
    return this.#inner.id;
  }

  get access(): HandleAccess {
    return this.#inner.access;
  }

  read(call: Call, offset: number, length: number, into?: Uint8Array): Promise<ReadResult> {
    return this.#inner.read(call, offset, length, into);
  }

  readNow(offset: number, length: number): ReadResult | undefined {
    return this.#inner.readNow(offset, length);
  }

  write(call: Call, offset: number, chunks: readonly Uint8Array[], stability: Stability): Promise<WriteResult> {
    if (stability === 'unstable') this.#watch.dirtied();
    return this.#inner.write(call, offset, chunks, stability);
  }

  async sync(call: Call): Promise<SyncResult> {
    const { generation } = this.#watch;
    const result = await this.#inner.sync(call);
    this.#watch.cleaned(generation);
    return result;
  }

  allocate(call: Call, offset: number, length: number, extend: boolean): Promise<WriteResult> {
    this.#watch.dirtied();
    return this.#inner.allocate(call, offset, length, extend);
  }

  punch(call: Call, offset: number, length: number): Promise<WriteResult> {
    this.#watch.dirtied();
    return this.#inner.punch(call, offset, length);
  }

  seek(call: Call, what: 'data' | 'hole', offset: number): Promise<number | undefined> {
    return this.#inner.seek(call, what, offset);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
