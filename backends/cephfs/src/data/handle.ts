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
import { StorageError } from '@polynas/core/spi';
import type { Statx } from '../native/mount-api.ts';
import { getattr } from '../tree/getattr.ts';
import { change, isCrowded, unchanged } from './change.ts';
import type { FileParts } from './file-parts.ts';
import { assertReach, assertRange } from './ranges.ts';
import type { Using } from './open-file.ts';
import { readContent, readContentNow } from './read.ts';
import { allocateContent, punchContent } from './space.ts';
import { syncContent } from './sync.ts';

/** Bytes; what libcephfs does for so few is less than what it takes to get it to a thread. */
const smallWrite = 65_536;

/** A handle; the file counts it already. `closed` is told once. */
export class CephFileHandle implements FileHandle {
  readonly id: FileId;
  readonly access: HandleAccess;
  readonly #parts: FileParts;
  readonly #closed: () => void;
  #open = true;
  #running = 0;
  #idle: (() => void) | undefined;

  constructor(parts: FileParts, access: HandleAccess, closed: () => void) {
    this.#parts = parts;
    this.id = parts.file.id;
    this.access = access;
    this.#closed = closed;
  }

  read(call: Call, offset: number, length: number, into?: Uint8Array): Promise<ReadResult> {
    const { context, file } = this.#parts;
    const reading = (): Promise<ReadResult> => readContent(context, file, call, offset, length, into);
    return into === undefined ? this.#whileWanted(call, reading) : this.#during(call, reading);
  }

  readNow(offset: number, length: number): ReadResult | undefined {
    this.#expectOpen();
    const { context, file } = this.#parts;
    context.life.expectOpen();
    return readContentNow(context, file, offset, length);
  }

  write(call: Call, offset: number, chunks: readonly Uint8Array[], stability: Stability): Promise<WriteResult> {
    return this.#changing(call, async () => {
      let length = 0;
      for (const chunk of chunks) length += chunk.length;
      assertRange(offset, length);
      assertReach(offset, length, this.#parts.context.traits.maxFileSize);
      if (length === 0) return unchanged(this.#parts, call);
      const written = length;
      return change(this.#parts, call, {
        offset,
        length,
        stability,
        written,
        tellsSize: true,
        apply: (using) => this.#write(using, offset, chunks, length, stability),
      });
    });
  }

  /** And what the file is right after it, where that costs less than to ask later. */
  async #write(
    { mount, fh, inode }: Using,
    offset: number,
    chunks: readonly Uint8Array[],
    length: number,
    stability: Stability,
  ): Promise<Statx | void> {
    const { context, file } = this.#parts;
    const [first] = chunks;
    // Where others change the file, one write may wait for them, and those that go with it would as well.
    const isTold = stability === 'unstable' && context.traits.writers === 'head';
    if (isTold && chunks.length === 1 && first !== undefined && length <= smallWrite)
      return mount.writeTold(inode.pointer, fh, offset, first);
    await mount.write(fh, offset, chunks);
    // To its end, however long its caller is interested: the bytes are written.
    return isTold && isCrowded(file, length) ? inode.mount.getattr(inode.pointer) : undefined;
  }

  sync(call: Call): Promise<SyncResult> {
    return this.#whileWanted(call, () => syncContent(this.#parts, call));
  }

  allocate(call: Call, offset: number, length: number, extend: boolean): Promise<WriteResult> {
    return this.#changing(call, () => allocateContent(this.#parts, call, offset, length, extend));
  }

  punch(call: Call, offset: number, length: number): Promise<WriteResult> {
    return this.#changing(call, () => punchContent(this.#parts, call, offset, length));
  }

  /** CephFS does not tell holes: all of it is data. */
  seek(call: Call, what: 'data' | 'hole', offset: number): Promise<number | undefined> {
    return this.#whileWanted(call, async () => {
      assertRange(offset);
      const attributes = await getattr(this.#parts.context, call, this.id);
      if (offset >= attributes.size) return undefined;
      return what === 'data' ? offset : attributes.size;
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#closed();
  }

  #changing(call: Call, work: () => Promise<WriteResult>): Promise<WriteResult> {
    return this.#during(call, () => {
      if (this.access !== 'write') throw new StorageError('badHandle', 'the handle is not open for writing');
      return work();
    });
  }

  /** To its end: for calls that use the caller's buffers. */
  async #during<T>(call: Call, work: () => Promise<T>): Promise<T> {
    this.#expectOpen();
    return this.#parts.context.life.run(call, () => this.#counted(work));
  }

  /** As long as somebody wants the answer; what runs goes on underneath, and the handle stays open for it. */
  async #whileWanted<T>(call: Call, work: () => Promise<T>): Promise<T> {
    this.#expectOpen();
    return this.#parts.context.life.runWhileWanted(call, () => this.#counted(work));
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  #expectOpen(): void {
    if (!this.#open) throw new StorageError('badHandle', 'the handle is closed');
  }
}
