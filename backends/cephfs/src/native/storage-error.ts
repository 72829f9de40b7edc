import { StorageError } from '@polynas/core/spi';
import type { StorageErrorCode } from '@polynas/core/spi';
import { CephError } from './ceph-error.ts';
import { errno } from './errno.ts';
import type { ErrnoName } from './errno.ts';

/** What each answer of libcephfs means to a volume's callers. Who knows better (ENOENT of an inode is `stale`) says so before. */
const codes = {
  EPERM: 'notPermitted',
  ENOENT: 'notFound',
  EIO: 'io',
  ENXIO: 'invalid',
  EBADF: 'badHandle',
  EAGAIN: 'tryLater',
  ENOMEM: 'tooMany',
  EACCES: 'accessDenied',
  EBUSY: 'tryLater',
  EEXIST: 'exists',
  EXDEV: 'crossDevice',
  ENOTDIR: 'notDirectory',
  EISDIR: 'isDirectory',
  EINVAL: 'invalid',
  EMFILE: 'tooMany',
  EFBIG: 'tooLarge',
  ENOSPC: 'noSpace',
  EROFS: 'readOnly',
  EMLINK: 'tooManyLinks',
  ERANGE: 'invalid',
  EDEADLK: 'deadlock',
  ENAMETOOLONG: 'nameTooLong',
  ENOTEMPTY: 'notEmpty',
  ELOOP: 'wrongType',
  ENODATA: 'notFound',
  ETIME: 'notSupported',
  EOVERFLOW: 'tooLarge',
  EOPNOTSUPP: 'notSupported',
  ENETUNREACH: 'unavailable',
  ECONNRESET: 'unavailable',
  ENOTCONN: 'unavailable',
  ESHUTDOWN: 'unavailable',
  ETIMEDOUT: 'unavailable',
  ECONNREFUSED: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ESTALE: 'stale',
  EDQUOT: 'quotaExceeded',
  ECANCELED: 'unavailable',
  ENOTRECOVERABLE: 'unavailable',
} satisfies Record<ErrnoName, StorageErrorCode>;

const names = new Map(Object.entries(errno).map(([name, number]) => [number as number, name as ErrnoName]));

/** The `StorageError` that a failure of the cluster is to callers; one that is one already stays. */
export function storageErrorOf(error: unknown): Error {
  if (error instanceof StorageError) return error;
  if (!(error instanceof CephError)) return new StorageError('io', String(error), { cause: error });
  const name = names.get(error.errno);
  if (name === undefined) return new StorageError('io', error.message, { cause: error });
  return new StorageError(codes[name], `${error.call}: ${name}`, { cause: error });
}

/** ENOENT of a call on an inode, not on one of its names: the file itself is gone (`stale`). Anything else as it is. */
export function ofInode(error: unknown): unknown {
  return isErrno(error, 'ENOENT') ? new StorageError('stale', 'the file is gone', { cause: error }) : error;
}

/** Whether libcephfs answered one of these. */
export function isErrno(error: unknown, ...which: readonly ErrnoName[]): boolean {
  return error instanceof CephError && which.some((name) => errno[name] === error.errno);
}
