import { StorageError } from '@polynas/core/spi';

/** Out of space, as Node names it. */
export function isNoSpace(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** What a failure of the host's files means to callers. */
export function storageErrorOf(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC') return new StorageError('noSpace', `${doing}: no space on the host`, { cause: error });
  if (code === 'EDQUOT') return new StorageError('noSpace', `${doing}: the host's quota is used up`, { cause: error });
  if (code === 'EFBIG') return new StorageError('tooLarge', `${doing}: too large for the host`, { cause: error });
  if (code === 'EROFS')
    return new StorageError('readOnly', `${doing}: the host's file system is read-only`, { cause: error });
  if (code === 'EMFILE' || code === 'ENFILE')
    return new StorageError('tooMany', `${doing}: no free descriptors`, { cause: error });
  return new StorageError('io', `${doing}: ${code ?? String(error)}`, { cause: error });
}
