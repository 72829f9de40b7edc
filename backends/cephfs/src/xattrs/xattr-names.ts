import { StorageError } from '@polynas/core/spi';
import { ownXattr } from '../attributes/own-record.ts';

const maxNameBytes = 255;

/** Throws `badName`, `nameTooLong` for what callers may not ask for. */
export function checkXattrName(name: string): void {
  if (!/^(user|trusted)\../su.test(name) || name.includes('\0') || name === ownXattr) {
    throw new StorageError('badName', `xattr ${name}`);
  }
  if (Buffer.byteLength(name) > maxNameBytes) throw new StorageError('nameTooLong', `xattr ${name}`);
}

/** Of the names that a file has, those that callers see. CephFS lists its own virtual ones (`ceph.…`) as well. */
export function visible(names: readonly string[]): string[] {
  return names.filter((name) => /^(user|trusted)\../su.test(name) && name !== ownXattr);
}
