import { StorageError } from '@polynas/core/spi';
import type {
  Call,
  FileHandle,
  FileId,
  HandleAccess,
  ReadResult,
  Stability,
  SyncResult,
  WriteResult,
} from '@polynas/core/spi';
import { checkCounts, checkedEnd } from './checks.ts';
import type { RegularFile } from './inode.ts';
import { pageSize } from './pages.ts';
import type { Tree } from './tree.ts';

export class MemoryFileHandle implements FileHandle {
  readonly id: FileId;
  readonly access: HandleAccess;
  readonly #tree: Tree;
  readonly #file: RegularFile;
  #closed = false;

  constructor(tree: Tree, file: RegularFile, access: HandleAccess) {
    this.id = file.id;
    this.access = access;
    this.#tree = tree;
    this.#file = file;
    file.opens += 1;
  }

  read(call: Call, offset: number, length: number, into?: Uint8Array): Promise<ReadResult> {
    return this.#run(call, () => this.#read(offset, length, into));
  }

  readNow(offset: number, length: number): ReadResult | undefined {
    if (!this.#tree.settings.now) return undefined;
    this.#expectOpen();
    return this.#read(offset, length);
  }

  write(call: Call, offset: number, chunks: readonly Uint8Array[], stability: Stability): Promise<WriteResult> {
    return this.#change(call, stability, ({ content }) => {
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const end = checkedEnd(offset, length, this.#tree.traits);
      if (length === 0) return { written: 0, changed: false };
      content.pages.write(offset, chunks);
      content.size = Math.max(content.size, end);
      return { written: length, changed: true };
    });
  }

  sync(call: Call): Promise<SyncResult> {
    return this.#run(call, () => ({
      epoch: this.#tree.settings.epoch,
      after: this.#tree.attributes(this.#file),
    }));
  }

  /** Memory is not set aside, as the contract allows: the file is extended at most. */
  allocate(call: Call, offset: number, length: number, extend: boolean): Promise<WriteResult> {
    return this.#change(call, 'file', ({ content }) => {
      const end = checkedEnd(offset, length, this.#tree.traits);
      if (!extend || end <= content.size || length === 0) return { written: 0, changed: false };
      content.size = end;
      return { written: 0, changed: true };
    });
  }

  punch(call: Call, offset: number, length: number): Promise<WriteResult> {
    return this.#change(call, 'file', ({ content }) => {
      checkCounts(offset, length);
      const end = Math.min(offset + length, content.size);
      if (end <= offset) return { written: 0, changed: false };
      content.pages.clear(offset, end < content.size ? end : undefined);
      return { written: 0, changed: true };
    });
  }

  seek(call: Call, what: 'data' | 'hole', offset: number): Promise<number | undefined> {
    return this.#run(call, () => {
      checkCounts(offset);
      const { size, pages } = this.#file.content;
      if (offset >= size) return undefined;
      if (!this.#tree.traits.sparse) return what === 'data' ? offset : size;
      const page = pages.firstFrom(Math.floor(offset / pageSize), what === 'data');
      if (page === undefined) return undefined;
      return Math.min(Math.max(page * pageSize, offset), size);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.opens -= 1;
    this.#tree.dropIfUnused(this.#file);
  }

  #expectOpen(): void {
    if (this.#closed) throw new StorageError('badHandle', 'the handle is closed');
    this.#tree.expectOpen();
  }

  async #run<Result>(call: Call, step: () => Result): Promise<Result> {
    if (this.#closed) throw new StorageError('badHandle', 'the handle is closed');
    return this.#tree.run(call, step);
  }

  #read(offset: number, length: number, into?: Uint8Array): ReadResult {
    checkCounts(offset, length);
    if (into !== undefined && into.length < length) throw new StorageError('invalid', 'the buffer is too short');
    const { size, pages } = this.#file.content;
    const count = Math.max(0, Math.min(length, size - offset));
    const bytes = into === undefined ? new Uint8Array(count) : into.subarray(0, count);
    pages.read(offset, bytes);
    return { bytes, eof: offset + count >= size };
  }

  /** Runs a change of the content, and marks it unless the step found nothing to do. */
  #change(
    call: Call,
    committed: Stability,
    step: (file: RegularFile) => { written: number; changed: boolean },
  ): Promise<WriteResult> {
    return this.#run(call, () => {
      if (this.access !== 'write') throw new StorageError('badHandle', 'the handle is open for reading');
      const before = this.#tree.stamp(this.#file);
      const { written, changed } = step(this.#file);
      if (changed) {
        this.#file.content.stamp = this.#tree.nextCount();
        this.#tree.touch(this.#file, 'content');
      }
      return { written, before, after: this.#tree.attributes(this.#file), committed, epoch: this.#tree.settings.epoch };
    });
  }
}
