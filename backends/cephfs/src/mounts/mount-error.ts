import { StorageError } from '@polynas/core/spi';
import { isErrno, storageErrorOf } from '../native/storage-error.ts';
import type { CephOptions } from '../options.ts';

/** What an administrator is told when the volume could not be mounted. */
export function mountError(error: unknown, options: CephOptions): Error {
  const where = options.monitors?.join(', ') ?? options.conf ?? 'the default ceph.conf';
  if (isErrno(error, 'ETIMEDOUT'))
    return unavailable(
      `no answer of the Ceph monitors or of a metadata server (${where}); one that was killed may hold the directory until its session times out`,
      error,
    );
  if (isErrno(error, 'EACCES', 'EPERM'))
    return unavailable(`the Ceph cluster refuses client.${options.client}: its key or its capabilities`, error);
  if (isErrno(error, 'ENOENT'))
    return unavailable(`no file system ${options.fileSystem ?? ''}, configuration or keyring (${where})`, error);
  const plain = storageErrorOf(error);
  return plain instanceof StorageError && plain.code === 'notSupported' && !(error instanceof StorageError)
    ? unavailable(plain.message, error)
    : plain;
}

function unavailable(message: string, cause: unknown): StorageError {
  return new StorageError('unavailable', message, { cause });
}
