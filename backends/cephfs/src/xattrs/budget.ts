import { StorageError } from '@polynas/core/spi';
import type { VolumeTraits } from '@polynas/core/spi';
import { ownXattrBytes } from '../attributes/own-record.ts';
import { checkXattrName } from './xattr-names.ts';

/** `mds_max_xattr_pairs_size`, where nobody changed it: names and values of one inode together. */
const inodeBytes = 65_536;
/** Left for the names (values alone are counted by callers) and for what CephFS itself keeps there. */
const roomForOthers = 8192;

/** Bytes of one value; as much as clients' own attributes may take of a file altogether. */
export const maxXattrBytes = 32_768;
export const maxXattrTotalBytes = inodeBytes - ownXattrBytes - roomForOthers;
/** Of the names and values of `user.…`: the other half is left to what core keeps of a file, which it must find room for when clients have filled theirs. */
const userBytes = maxXattrBytes + 1024;

type Limits = Pick<VolumeTraits, 'maxXattrBytes' | 'maxXattrTotalBytes'>;

/** What one attribute counts against the inode's room. */
function weightOf(name: string, value: Uint8Array): number {
  return Buffer.byteLength(name) + value.length;
}

/** Throws `tooLarge`. */
export function checkXattrValue(name: string, value: Uint8Array, limits: Pick<VolumeTraits, 'maxXattrBytes'>): void {
  if (value.length > limits.maxXattrBytes) throw new StorageError('tooLarge', `xattr ${name}: ${value.length} bytes`);
}

/** All extended attributes of one file as they shall be, as far as they are known. Throws `noSpace`. */
export function checkXattrRoom(xattrs: ReadonlyMap<string, Uint8Array>, { maxXattrTotalBytes: most }: Limits): void {
  let values = 0;
  let ofUser = 0;
  let all = ownXattrBytes;
  for (const [name, value] of xattrs) {
    values += value.length;
    all += weightOf(name, value);
    if (name.startsWith('user.')) ofUser += weightOf(name, value);
  }
  if (values > most || all > inodeBytes) throw new StorageError('noSpace', 'extended attributes');
  if (ofUser > userBytes) throw new StorageError('noSpace', 'extended attributes of clients');
}

/** Those of a new file. */
export function checkNewXattrs(xattrs: ReadonlyMap<string, Uint8Array>, limits: Limits): void {
  for (const [name, value] of xattrs) {
    checkXattrName(name);
    checkXattrValue(name, value, limits);
  }
  checkXattrRoom(xattrs, limits);
}
