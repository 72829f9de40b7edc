import type { AccessMask, Caller, Principal } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { Attributes } from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import { mayRemove, rightsOf } from './permissions.ts';

/** Every one of `wanted`, else `accessDenied`. */
export function requireRights(principal: Principal, file: Attributes, wanted: AccessMask): void {
  if ((rightsOf(principal, file) & wanted) !== wanted) throw new StorageError('accessDenied');
}

/** To name an entry of a directory at all. */
export function requireSearch(principal: Principal, directory: Attributes): void {
  if (directory.type !== 'directory') throw new StorageError('notDirectory');
  requireRights(principal, directory, access.execute);
}

/** To add, remove or rename entries. */
export function requireEntryChange(principal: Principal, directory: Attributes): void {
  requireSearch(principal, directory);
  requireRights(principal, directory, access.writeData);
}

/** Doors without opens check each read: the owner, and whoever may execute, could have opened it before (RFC 1813 §4.4). */
export function requireRead(caller: Caller, file: Attributes): void {
  const rights = rightsOf(caller.principal, file);
  if (rights & access.readData) return;
  if (caller.stateless && (caller.principal.uid === file.uid || rights & access.execute)) return;
  throw new StorageError('accessDenied');
}

export function requireWrite(caller: Caller, file: Attributes): void {
  if (rightsOf(caller.principal, file) & access.writeData) return;
  if (caller.stateless && caller.principal.uid === file.uid) return;
  throw new StorageError('accessDenied');
}

/** Content is a regular file's alone. */
export function requireContent(file: Attributes): void {
  if (file.type === 'file') return;
  throw new StorageError(file.type === 'directory' ? 'isDirectory' : 'wrongType');
}

/** Removing or renaming away an entry: rights on the directory, and under the sticky bit ownership of either (POSIX.1 unlink). */
export function requireRemove(principal: Principal, directory: Attributes, entry: Attributes): void {
  requireEntryChange(principal, directory);
  if (!mayRemove(principal, directory, entry)) throw new StorageError('notPermitted');
}
