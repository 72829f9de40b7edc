import type { Attributes } from '@polynas/core/spi';
import type { Inode } from './inode.ts';

const directoryBlock = 4096;
const entriesInBlock = 64;

/** The snapshot of an inode that callers get. */
export function attributesOf(inode: Inode): Attributes {
  const directory = inode.type === 'directory';
  const size = directory ? directoryBlock * Math.max(1, Math.ceil(inode.size / entriesInBlock)) : inode.size;
  const attributes: Attributes = {
    id: BigInt(inode.id),
    type: inode.type,
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    nlink: inode.nlink,
    size,
    allocated: directory ? size : inode.allocated,
    rdev: { major: inode.rdevMajor, minor: inode.rdevMinor },
    accessed: inode.accessed,
    modified: inode.modified,
    changed: inode.changed,
    born: inode.born,
    dosBits: inode.dosBits,
    change: BigInt(inode.change),
  };
  return inode.type !== 'file' ? attributes : { ...attributes, contentStamp: BigInt(inode.contentStamp) };
}
