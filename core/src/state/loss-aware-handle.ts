import type {
  Call,
  FileHandle,
  FileId,
  HandleAccess,
  ReadResult,
  Stability,
  SyncResult,
  Volume,
  WriteEpoch,
  WriteResult,
} from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';

/**
 * The handle of an open that knows when writes of its own may be lost: the volume's epoch is another one before they were synced. Their
 * writer was told that they are written, and protocols with opens have no verifier to tell it otherwise: so from then on each
 * call is rejected with `io`, `close` at last as well (it closes all the same). Nothing is read that contradicts what was written.
 */
export class LossAwareHandle implements FileHandle {
  readonly #volume: Pick<Volume, 'epoch'>;
  readonly #inner: FileHandle;
  /** Of the writes that are not synced; absent when all are. */
  #writtenIn: WriteEpoch | undefined = undefined;
  #writes = 0;

  constructor(volume: Pick<Volume, 'epoch'>, inner: FileHandle) {
    this.#volume = volume;
    this.#inner = inner;
  }

  get id(): FileId {
    return this.#inner.id;
  }

  get access(): HandleAccess {
    return this.#inner.access;
  }

  async read(call: Call, offset: number, length: number, into?: Uint8Array): Promise<ReadResult> {
    this.#expectKept(this.#volume.epoch());
    const result = await this.#inner.read(call, offset, length, into);
    this.#expectKept(this.#volume.epoch());
    return result;
  }

  readNow(offset: number, length: number): ReadResult | undefined {
    this.#expectKept(this.#volume.epoch());
    return this.#inner.readNow(offset, length);
  }

  write(call: Call, offset: number, chunks: readonly Uint8Array[], stability: Stability): Promise<WriteResult> {
    return this.#changing(() => this.#inner.write(call, offset, chunks, stability));
  }

  async sync(call: Call): Promise<SyncResult> {
    this.#expectKept(this.#volume.epoch());
    const writes = this.#writes;
    const result = await this.#inner.sync(call);
    this.#expectKept(result.epoch);
    // What was answered while the sync ran may have come too late for it.
    if (this.#writes === writes) this.#writtenIn = undefined;
    return result;
  }

  allocate(call: Call, offset: number, length: number, extend: boolean): Promise<WriteResult> {
    return this.#changing(() => this.#inner.allocate(call, offset, length, extend));
  }

  punch(call: Call, offset: number, length: number): Promise<WriteResult> {
    return this.#changing(() => this.#inner.punch(call, offset, length));
  }

  async seek(call: Call, what: 'data' | 'hole', offset: number): Promise<number | undefined> {
    this.#expectKept(this.#volume.epoch());
    return this.#inner.seek(call, what, offset);
  }

  async close(): Promise<void> {
    await this.#inner.close();
    this.#expectKept(this.#volume.epoch());
  }

  async #changing(change: () => Promise<WriteResult>): Promise<WriteResult> {
    this.#expectKept(this.#volume.epoch());
    const result = await change();
    this.#expectKept(result.epoch);
    if (result.committed === 'unstable') {
      this.#writtenIn = result.epoch;
      this.#writes += 1;
    }
    return result;
  }

  /** What was lost stays lost: the epoch that it was written in never comes again. */
  #expectKept(epoch: WriteEpoch): void {
    if (this.#writtenIn === undefined || this.#writtenIn === epoch) return;
    throw new StorageError('io', 'the volume may have lost what this open wrote before');
  }
}
