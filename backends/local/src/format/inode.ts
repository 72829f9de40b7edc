import type { FileType, Timestamp } from '@polynas/core/spi';
import { StorageError } from '@polynas/core/spi';
import { getI64, getU64, putI64, putU64 } from './integers.ts';

/** In the order of their numbers in the record, from 1. */
const types: readonly FileType[] = ['file', 'directory', 'symlink', 'fifo', 'socket', 'block', 'character'];

/**
 * Where a file's bytes are.
 * `none`: no byte was ever written (all zeros up to `size`). `inline`: the row of table `inline`.
 * `blob`: the private blob alone, whose offsets are the file's. `extents`: rows of table `extents` lie over the private blob
 * (if there is one); what no row covers comes from it.
 */
export type ContentKind = 'none' | 'inline' | 'blob' | 'extents';
const contentKinds: readonly ContentKind[] = ['none', 'inline', 'blob', 'extents'];

/** What names a file's bytes; `replace` swaps it as a whole. */
export interface Content {
  /** Never reused; keys the rows of `inline` and `extents`. */
  id: number;
  kind: ContentKind;
  /** The private blob; 0 is none. */
  blob: number;
}

/** The record of one file, mutable inside one transaction. */
export interface Inode {
  readonly id: number;
  readonly type: FileType;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  /** Bytes; of a directory: its number of entries. */
  size: number;
  /** Bytes that the private blob or the inline row occupies. */
  allocated: number;
  rdevMajor: number;
  rdevMinor: number;
  accessed: Timestamp;
  modified: Timestamp;
  changed: Timestamp;
  born: Timestamp;
  dosBits: number;
  change: number;
  /** 0 where bytes have no meaning (directories, devices). */
  contentStamp: number;
  content: Content;
  /** Of a directory: where its one name is. */
  parent: number;
  parentCookie: number;
  /** Bytes of names and values of all extended attributes, and how many there are. */
  xattrBytes: number;
  xattrCount: number;
  /** Verifier of an exclusive create. */
  verifier: bigint | undefined;
}

export const inodeBytes = 160;

const flagVerifier = 1;

export function encodeInode(inode: Inode): Uint8Array {
  const bytes = Buffer.alloc(inodeBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, inodeBytes);
  view.setUint8(0, types.indexOf(inode.type) + 1);
  view.setUint8(1, inode.verifier === undefined ? 0 : flagVerifier);
  view.setUint8(2, contentKinds.indexOf(inode.content.kind));
  view.setUint16(4, inode.mode, true);
  view.setUint32(8, inode.uid, true);
  view.setUint32(12, inode.gid, true);
  view.setUint32(16, inode.nlink, true);
  view.setUint32(20, inode.dosBits, true);
  putU64(view, 24, inode.size);
  putU64(view, 32, inode.allocated);
  view.setUint32(40, inode.rdevMajor, true);
  view.setUint32(44, inode.rdevMinor, true);
  putTime(view, 48, inode.accessed);
  putTime(view, 60, inode.modified);
  putTime(view, 72, inode.changed);
  putTime(view, 84, inode.born);
  putU64(view, 96, inode.change);
  putU64(view, 104, inode.contentStamp);
  putU64(view, 112, inode.content.id);
  putU64(view, 120, inode.content.blob);
  putU64(view, 128, inode.parent);
  putU64(view, 136, inode.parentCookie);
  view.setUint32(144, inode.xattrBytes, true);
  view.setUint32(148, inode.xattrCount, true);
  view.setBigUint64(152, inode.verifier ?? 0n, true);
  return bytes;
}

export function decodeInode(id: number, view: DataView): Inode {
  const type = types[view.getUint8(0) - 1];
  const kind = contentKinds[view.getUint8(2)];
  if (type === undefined || kind === undefined)
    throw new StorageError('corrupt', `inode ${id} has an unknown type or content kind`);
  return {
    id,
    type,
    mode: view.getUint16(4, true),
    uid: view.getUint32(8, true),
    gid: view.getUint32(12, true),
    nlink: view.getUint32(16, true),
    dosBits: view.getUint32(20, true),
    size: getU64(view, 24),
    allocated: getU64(view, 32),
    rdevMajor: view.getUint32(40, true),
    rdevMinor: view.getUint32(44, true),
    accessed: getTime(view, 48),
    modified: getTime(view, 60),
    changed: getTime(view, 72),
    born: getTime(view, 84),
    change: getU64(view, 96),
    contentStamp: getU64(view, 104),
    content: { id: getU64(view, 112), kind, blob: getU64(view, 120) },
    parent: getU64(view, 128),
    parentCookie: getU64(view, 136),
    xattrBytes: view.getUint32(144, true),
    xattrCount: view.getUint32(148, true),
    verifier: view.getUint8(1) & flagVerifier ? view.getBigUint64(152, true) : undefined,
  };
}

function putTime(view: DataView, at: number, time: Timestamp): void {
  putI64(view, at, time.seconds);
  view.setUint32(at + 8, time.nanoseconds, true);
}

function getTime(view: DataView, at: number): Timestamp {
  return { seconds: getI64(view, at), nanoseconds: view.getUint32(at + 8, true) };
}

/** The number under which a type stands in records and directory entries. */
export function typeNumber(type: FileType): number {
  return types.indexOf(type) + 1;
}

export function typeOfNumber(number: number): FileType {
  const type = types[number - 1];
  if (type === undefined) throw new StorageError('corrupt', `unknown file type ${number}`);
  return type;
}
