/**
 * The host's files, as far as this package uses them: the one seam where tests put faults (EIO, ENOSPC, short writes, failed syncs) and record the
 * order of operations. Errors are Node's, with `code`. What is optional depends on libc being callable and on the host's file system.
 */
export interface HostFiles {
  /** Opens for reading and writing; `create` fails when the file exists. */
  open(path: string, how: 'existing' | 'create'): Promise<number>;
  close(fd: number): Promise<void>;
  /** Bytes read: fewer than asked only at the end of the file or by the host's whim; 0 is the end. */
  read(fd: number, into: Uint8Array, length: number, position: number): Promise<number>;
  /** Bytes written: may be fewer than given. */
  write(fd: number, chunks: readonly Uint8Array[], position: number): Promise<number>;
  truncate(fd: number, size: number): Promise<void>;
  /** fdatasync: bytes and length. */
  sync(fd: number): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  stat(fd: number): Promise<{ readonly size: number; readonly allocated: number }>;
  /** What an open file occupies; from the host's memory, so without waiting. */
  allocatedNow(fd: number): number;
  unlink(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /** Names in a directory; none when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  freeSpace(path: string): Promise<{ readonly total: number; readonly free: number; readonly available: number }>;
  /** Drops what the host has cached of a file: after a failed sync it may differ from the medium. */
  readonly forget: ((fd: number) => void) | undefined;
  /** Reads what is in the page cache, without waiting; `undefined`: not at hand, or not supported. */
  readonly readNow: ((fd: number, length: number, position: number) => Uint8Array | undefined) | undefined;
  /** Frees the range's space; the length stays. */
  readonly punch: ((fd: number, offset: number, length: number) => Promise<void>) | undefined;
  /** Reserves the range's space; lengthens the file when `extend`. Rejects with `ENOTSUP` where the file system cannot. */
  readonly reserve: ((fd: number, offset: number, length: number, extend: boolean) => Promise<void>) | undefined;
  /** First data or hole at or after `offset`; `undefined` past the last data. */
  readonly seek: ((fd: number, what: 'data' | 'hole', offset: number) => Promise<number | undefined>) | undefined;
}
