import { StorageError } from '@polynas/core/spi';
import type { Name } from '@polynas/core/spi';

export const maxNameBytes = 255;
const slash = 0x2f;
const dot = 0x2e;

export function assertName(name: Name): void {
  if (name.length === 0) throw new StorageError('badName', 'an empty name');
  if (name.length > maxNameBytes) throw new StorageError('nameTooLong', `a name of ${name.length} bytes`);
  if (name[0] === dot && (name.length === 1 || (name.length === 2 && name[1] === dot))) {
    throw new StorageError('badName', 'a reserved name');
  }
  for (const byte of name) if (byte === slash || byte === 0) throw new StorageError('badName', 'a name with / or NUL');
}
