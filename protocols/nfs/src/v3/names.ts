import { type Name, StorageError } from '@polynas/core/service';

const SLASH = 0x2f;
const DOT = 0x2e;

function isDots(name: Name): boolean {
  return name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT));
}

/** RFC 1813 §3.2: no empty name, none with `/` or NUL. `.` and `..` may be looked up. */
export function checkLookup(name: Name): void {
  if (name.length === 0 || name.includes(SLASH) || name.includes(0)) throw new StorageError('badName');
}

/** A name that is to be made: `.` and `..` are there already. */
export function checkNew(name: Name): void {
  checkLookup(name);
  if (isDots(name)) throw new StorageError('exists');
}

/** RFC 1813 §3.3.13: `.` is NFS3ERR_INVAL, `..` NFS3ERR_EXIST. */
export function checkRemovedDirectory(name: Name): void {
  checkLookup(name);
  if (isDots(name)) throw new StorageError(name.length === 1 ? 'invalid' : 'exists');
}

/** RFC 1813 §3.3.14: NFS3ERR_INVAL for `.` and `..` at either end. */
export function checkRenamed(name: Name): void {
  checkLookup(name);
  if (isDots(name)) throw new StorageError('invalid');
}
