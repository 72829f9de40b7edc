import type { Call } from '@polynas/core/spi';
import type { Client } from './client.ts';
import type { Found, InodePointer, NativeCapacity, NativeChanges, Statx } from './mount-api.ts';
import { allStats, decodeStatx, dontSync, encodeChanges, statxBytes } from './statx.ts';
import { isErrno } from './storage-error.ts';

/** A `struct ceph_statx` and, behind it, places for two pointers that a call gives. */
export class Frame {
  readonly bytes = Buffer.alloc(statxBytes + 16);
  readonly view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  readonly first = this.bytes.subarray(statxBytes, statxBytes + 8);
  readonly second = this.bytes.subarray(statxBytes + 8);

  get inode(): InodePointer {
    return this.view.getBigUint64(statxBytes, true);
  }

  get fh(): bigint {
    return this.view.getBigUint64(statxBytes + 8, true);
  }
}

/** Names go to libcephfs as C strings; any bytes but NUL. */
export function cString(name: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(name.length + 1);
  bytes.set(name);
  bytes[name.length] = 0;
  return bytes;
}

/** What a call put into `frame`; asked for again when it left something out. The reference that it gave is not lost when that fails. */
export function foundIn(client: Client, frame: Frame): Found | Promise<Found> {
  const statx = decodeStatx(frame.view);
  return statx === undefined ? foundByAsking(client, frame.inode) : { inode: frame.inode, statx };
}

async function foundByAsking(client: Client, inode: InodePointer): Promise<Found> {
  try {
    return { inode, statx: await getattr(client, inode) };
  } catch (error) {
    client.put(inode);
    throw error;
  }
}

export async function lookup(
  client: Client,
  parent: InodePointer,
  name: Uint8Array,
  within?: Call,
): Promise<Found | undefined> {
  const frame = new Frame();
  const asked = [parent, cString(name), frame.first, frame.bytes, allStats, 0, client.superuser];
  const answer = await client.ask('ENOENT', 'ceph_ll_lookup', asked, within);
  return answer === undefined ? undefined : foundIn(client, frame);
}

export async function lookupInode(
  client: Client,
  ino: bigint,
  snapshot: bigint | undefined,
  within?: Call,
): Promise<InodePointer | undefined> {
  const frame = new Frame();
  try {
    if (snapshot === undefined) await client.call('metadata', 'ceph_ll_lookup_inode', [ino, frame.first], within);
    else await client.call('metadata', 'ceph_ll_lookup_vino', [{ ino, snapid: snapshot }, frame.first], within);
  } catch (error) {
    if (isErrno(error, 'ESTALE', 'ENOENT')) return undefined;
    throw error;
  }
  return frame.inode;
}

export async function getattr(client: Client, inode: InodePointer, within?: Call): Promise<Statx> {
  const frame = new Frame();
  // Asked for everything it answers everything; a second round would be against a mask that is not known here.
  await client.call('metadata', 'ceph_ll_getattr', [inode, frame.bytes, allStats, 0, client.superuser], within);
  frame.view.setUint32(0, allStats, true);
  const statx = decodeStatx(frame.view);
  if (statx === undefined) throw new Error('ceph_ll_getattr left out attributes');
  return statx;
}

const nowFrame = new Frame();

export function getattrNow(client: Client, inode: InodePointer): Statx {
  const { bytes, view } = nowFrame;
  client.now('ceph_ll_getattr', [inode, bytes, allStats, dontSync, client.superuser]);
  view.setUint32(0, allStats, true);
  const statx = decodeStatx(view);
  if (statx === undefined) throw new Error('ceph_ll_getattr left out attributes');
  return statx;
}

export async function setattr(
  client: Client,
  inode: InodePointer,
  changes: NativeChanges,
  within?: Call,
): Promise<Statx> {
  const frame = new Frame();
  const mask = encodeChanges(frame.view, changes);
  await client.call('metadata', 'ceph_ll_setattr', [inode, frame.bytes, mask, client.superuser], within);
  return decodeStatx(frame.view) ?? (await getattr(client, inode));
}

const statvfsBytes = 112;

export async function statfs(client: Client, root: InodePointer, within?: Call): Promise<NativeCapacity> {
  const bytes = Buffer.alloc(statvfsBytes);
  await client.call('metadata', 'ceph_ll_statfs', [root, bytes], within);
  const at = (offset: number): number => Number(bytes.readBigUInt64LE(offset));
  return { blockBytes: at(8), blocks: at(16), freeBlocks: at(24), availableBlocks: at(32), files: at(40) };
}
