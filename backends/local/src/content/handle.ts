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
import type { Parts } from '../parts.ts';
import { serve } from '../serving.ts';
import { attributesNow } from '../tree/lookup.ts';
import { release } from './lifetime.ts';
import type { LiveFile } from './live-file.ts';
import { readContent, readContentNow } from './read.ts';
import { seekContent } from './seek.ts';
import { allocateContent, punchContent } from './space.ts';
import { syncFile } from './sync.ts';
import { writeContent } from './write.ts';

/** A handle; the file is held for it already. `closed` is told once. */
export class LocalHandle implements FileHandle {
  readonly id: FileId;
  readonly access: HandleAccess;
  readonly #parts: Parts;
  readonly #file: LiveFile;
  readonly #closed: () => void;
  #open = true;
  #running = 0;
  #idle: (() => void) | undefined;

  constructor(parts: Parts, file: LiveFile, access: HandleAccess, closed: () => void) {
    this.#parts = parts;
    this.#file = file;
    this.id = BigInt(file.id);
    this.access = access;
    this.#closed = closed;
  }

  read(call: Call, offset: number, length: number, into?: Uint8Array): Promise<ReadResult> {
    return this.#during(call, () => {
      assertRange(offset, length);
      if (into !== undefined && into.length < length) throw new StorageError('invalid', 'the buffer is too small');
      return readContent(this.#parts, this.#file.id, offset, length, into);
    });
  }

  readNow(offset: number, length: number): ReadResult | undefined {
    this.#parts.health.assertServing();
    this.#assertOpen();
    assertRange(offset, length);
    return readContentNow(this.#parts, this.#file.id, offset, length);
  }

  write(call: Call, offset: number, chunks: readonly Uint8Array[], stability: Stability): Promise<WriteResult> {
    return this.#changing(call, () => {
      assertRange(offset, 0);
      return writeContent(this.#parts, this.#file, offset, chunks, stability);
    });
  }

  sync(call: Call): Promise<SyncResult> {
    return this.#during(call, async () => {
      await syncFile(this.#parts, this.#file);
      return { epoch: this.#parts.health.epoch, after: attributesNow(this.#parts, this.#file.id) };
    });
  }

  allocate(call: Call, offset: number, length: number, extend: boolean): Promise<WriteResult> {
    return this.#changing(call, () => {
      assertRange(offset, length);
      return allocateContent(this.#parts, this.#file, offset, length, extend);
    });
  }

  punch(call: Call, offset: number, length: number): Promise<WriteResult> {
    return this.#changing(call, () => {
      assertRange(offset, length);
      return punchContent(this.#parts, this.#file, offset, length);
    });
  }

  seek(call: Call, what: 'data' | 'hole', offset: number): Promise<number | undefined> {
    return this.#during(call, () => {
      assertRange(offset, 0);
      return seekContent(this.#parts, this.#file.id, what, offset);
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#file.handles -= 1;
    release(this.#parts, this.#file);
    this.#closed();
  }

  #changing<T>(call: Call, work: () => Promise<T>): Promise<T> {
    return this.#during(call, () => {
      if (this.access !== 'write') throw new StorageError('badHandle', 'the handle is not open for writing');
      return work();
    });
  }

  async #during<T>(call: Call, work: () => Promise<T>): Promise<T> {
    this.#assertOpen();
    this.#running += 1;
    try {
      return await serve(this.#parts, call, work);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  #assertOpen(): void {
    if (!this.#open) throw new StorageError('badHandle', 'the handle is closed');
  }
}

function assertRange(offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
    throw new StorageError('invalid', `the range ${offset}+${length}`);
  }
}
