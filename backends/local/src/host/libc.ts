import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as koffiModule from 'koffi';

const readNowBytes = 65_536;
const flagNoWait = 0x8;
const punchHoleKeepSize = 0x3;
const keepSize = 0x1;
const seekData = 3;
const seekHole = 4;
const adviceDontNeed = 4;
const lockExclusiveNoWait = 2 | 4;

/** The calls of libc that Node does not offer. */
export interface Libc {
  /** Takes an advisory lock that ends with the descriptor, so with the process; false when somebody else has it. */
  readonly tryLock: (fd: number) => boolean;
  /** From now on the descriptor stands for an empty device that nothing can be synced to. */
  readonly sever: (fd: number) => void;
  /** Drops what the page cache holds of the file, so that it is read from the medium again. */
  readonly forget: (fd: number) => void;
  readonly readNow: (fd: number, length: number, position: number) => Uint8Array | undefined;
  readonly punch: (fd: number, offset: number, length: number) => Promise<void>;
  readonly reserve: (fd: number, offset: number, length: number, extend: boolean) => Promise<void>;
  readonly seek: (fd: number, what: 'data' | 'hole', offset: number) => Promise<number | undefined>;
}

type Koffi = typeof koffiModule;

let loaded: Libc | undefined | null = null;

/** `undefined` where libc cannot be called (no prebuilt koffi, another operating system). */
export function libc(): Libc | undefined {
  if (loaded === null) loaded = process.platform === 'linux' ? load() : undefined;
  return loaded;
}

function load(): Libc | undefined {
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch {
    return undefined;
  }
  let library: koffiModule.LibraryHandle;
  let preadv2: koffiModule.KoffiFunc<(...values: unknown[]) => number | bigint> | undefined;
  try {
    library = koffi.load(null);
  } catch {
    return undefined;
  }
  try {
    preadv2 = library.func('int64_t preadv2(int fd, void *iov, int count, int64_t offset, int flags)');
  } catch {
    preadv2 = undefined;
  }
  const flock = library.func('int flock(int fd, int operation)');
  const fallocate = library.func('int fallocate(int fd, int mode, int64_t offset, int64_t length)');
  const dup2 = library.func('int dup2(int from, int to)');
  const fadvise = library.func('int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)');
  const lseek = library.func('int64_t lseek(int fd, int64_t offset, int whence)');
  const errors = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]));
  const errorNow = (call: string, number: number): NodeJS.ErrnoException =>
    Object.assign(new Error(`${call}: ${errors.get(number) ?? number}`), {
      code: errors.get(number) ?? 'EIO',
      errno: number,
      syscall: call,
    });

  // One iovec and one landing place whose addresses never move; the bytes are copied out at once.
  const landing = Buffer.allocUnsafeSlow(readNowBytes);
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(koffi.address(landing), 0);
  const vectorLength = new DataView(vector.buffer, vector.byteOffset, 16);
  const landed = new Uint8Array(landing.buffer, landing.byteOffset, readNowBytes);
  let noWait = preadv2 !== undefined;

  const calling = <T>(run: (done: (error: unknown, result: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => run((error, result) => (error ? reject(asError(error)) : resolve(result))));

  const allocate = async (fd: number, mode: number, offset: number, length: number): Promise<void> => {
    // The asynchronous call runs on a thread of koffi's, whose errno is not seen here: the rare failure is asked for again, synchronously.
    const result = await calling<number>((done) => fallocate.async(fd, mode, offset, length, done));
    if (result !== 0 && fallocate(fd, mode, offset, length) !== 0) throw errorNow('fallocate', koffi.errno());
  };

  return {
    tryLock: (fd) => flock(fd, lockExclusiveNoWait) === 0,
    sever(fd) {
      const nothing = openSync('/dev/null', 'r');
      dup2(nothing, fd);
      closeSync(nothing);
    },
    forget(fd) {
      fadvise(fd, 0, 0, adviceDontNeed);
    },
    readNow(fd, length, position) {
      if (!noWait || length > readNowBytes) return undefined;
      vectorLength.setUint32(8, length, true);
      const got = Number(preadv2?.(fd, vector, 1, position, flagNoWait));
      if (got >= 0) return copyOf(landed, got);
      const code = errors.get(koffi.errno());
      if (code === 'EOPNOTSUPP' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EINVAL') noWait = false;
      return undefined;
    },
    punch: (fd, offset, length) => allocate(fd, punchHoleKeepSize, offset, length),
    reserve: (fd, offset, length, extend) => allocate(fd, extend ? 0 : keepSize, offset, length),
    async seek(fd, what, offset) {
      // Positions of the descriptor are nobody's business here: all reads and writes carry theirs.
      const whence = what === 'data' ? seekData : seekHole;
      const found = Number(await calling<number>((done) => lseek.async(fd, offset, whence, done)));
      if (found >= 0) return found;
      const again = Number(lseek(fd, offset, whence));
      if (again >= 0) return again;
      const number = koffi.errno();
      if (errors.get(number) === 'ENXIO') return undefined;
      throw errorNow('lseek', number);
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Faster than `slice`, which zeroes the bytes that it is going to overwrite. */
function copyOf(bytes: Uint8Array, length: number): Uint8Array {
  const copy = Buffer.allocUnsafe(length);
  copy.set(length === bytes.length ? bytes : bytes.subarray(0, length));
  return new Uint8Array(copy.buffer, copy.byteOffset, length);
}
