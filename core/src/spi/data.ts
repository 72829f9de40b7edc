import type { Attributes, Stamp } from './attributes.ts';
import type { Call } from './call.ts';
import type { FileId, WriteEpoch } from './identity.ts';

export interface ReadResult {
  /** The bytes read: shorter than asked only at the end of the file. Owned by the caller from now on. */
  readonly bytes: Uint8Array;
  /** True when the end of the file is at or before `offset + bytes.length`. */
  readonly eof: boolean;
}

/**
 * How stable a write is when it is answered: `unstable` may be lost until the next sync (the epoch tells), `data` has
 * the bytes and what is needed to read them on stable storage, `file` has all attributes there too (RFC 1813 §3.3.7).
 */
export type Stability = 'unstable' | 'data' | 'file';

export interface WriteResult {
  /** Bytes written: all of them, or the call was rejected. */
  readonly written: number;
  readonly before: Stamp;
  readonly after: Attributes;
  /** At least what was asked for. */
  readonly committed: Stability;
  readonly epoch: WriteEpoch;
}

export interface SyncResult {
  readonly epoch: WriteEpoch;
  readonly after: Attributes;
}

/** A `read` handle refuses what would change the file with `badHandle`; a `write` handle may read too. */
export type HandleAccess = 'read' | 'write';

/**
 * An open regular file. The file lives (unlinked or not) until the last handle is closed. Calls on one handle may run
 * concurrently; overlapping writes settle in some order, never mixed within one call's range as seen after both.
 * After `close` each call is rejected with `badHandle`. Calls on a volume that became unavailable: `unavailable`.
 * Offsets and lengths that are no safe integers from 0 on: `invalid`; growing a file past `traits.maxFileSize`: `tooLarge`.
 */
export interface FileHandle {
  readonly id: FileId;
  readonly access: HandleAccess;

  /**
   * Reads up to `length` bytes from `offset`; into `into` when given (at least `length` long; `bytes` is then a view of
   * it). Holes read as zeros; past the end: zero bytes and `eof`. Sees every write that was answered before, stable or not.
   */
  read(call: Call, offset: number, length: number, into?: Uint8Array): Promise<ReadResult>;

  /** The same without waiting, where the bytes are at hand without a thread hop or disk; `undefined` means: ask `read`. Throws what `read` rejects with. Never blocks the event loop on a disk. */
  readNow(offset: number, length: number): ReadResult | undefined;

  /**
   * Writes `chunks` one after another from `offset`, extending the file (a gap is a hole). No bytes at all: nothing changes. `chunks` belong to the
   * backend until the promise settles. Errors: `noSpace`, `quotaExceeded`, `tooLarge` (nothing written), `readOnly`, `io`.
   * After `noSpace` or `io` some bytes of the range may have changed: then the stamp has moved, the size has not.
   */
  write(call: Call, offset: number, chunks: readonly Uint8Array[], stability: Stability): Promise<WriteResult>;

  /**
   * Makes everything that was answered before, through any handle of the file, stable. A failed sync of content is final (one whose bytes are safe and whose attributes find no room is `noSpace`, and may be repeated): this and
   * every later call is rejected, the volume becomes unavailable and comes back under a new epoch.
   */
  sync(call: Call): Promise<SyncResult>;

  /** Reserves space for the range; extends the file when `extend`. Without support of the host it may only extend. */
  allocate(call: Call, offset: number, length: number, extend: boolean): Promise<WriteResult>;

  /** Makes the range read as zeros and frees its space where `traits.sparse`; never changes the size. */
  punch(call: Call, offset: number, length: number): Promise<WriteResult>;

  /** First offset ≥ `offset` of that kind; `undefined` when there is none, as at or past the end (ENXIO). The end counts as a hole. */
  seek(call: Call, what: 'data' | 'hole', offset: number): Promise<number | undefined>;

  /** Drops the handle. Unsynced writes stay unsynced, not lost. Idempotent. */
  close(): Promise<void>;
}
