import type { NativeChanges, NativeTime, Statx } from './mount-api.ts';

/** Bytes of `struct ceph_statx` on 64-bit Linux (`cephfs/ceph_ll_client.h`). */
export const statxBytes = 136;

/** CEPH_STATX_ALL_STATS: everything that there is, birth time and version included. */
export const allStats = 0x1fff;

/** `AT_STATX_DONT_SYNC`: what this client knows, without asking anybody. */
export const dontSync = 0x4000;

const setMode = 1 << 0;
const setUid = 1 << 1;
const setGid = 1 << 2;
const setModified = 1 << 3;
const setAccessed = 1 << 4;
const setSize = 1 << 5;
const setBorn = 1 << 9;

/** `undefined` when libcephfs did not fill in every field (it had not the capabilities for all of them): then `getattr` asks for them. */
export function decodeStatx(view: DataView, at = 0): Statx | undefined {
  if ((view.getUint32(at, true) & allStats) !== allStats) return undefined;
  return {
    nlink: view.getUint32(at + 8, true),
    uid: view.getUint32(at + 12, true),
    gid: view.getUint32(at + 16, true),
    mode: view.getUint16(at + 20, true),
    ino: view.getBigUint64(at + 24, true),
    size: unsigned(view, at + 32),
    blocks: unsigned(view, at + 40),
    dev: view.getBigUint64(at + 48, true),
    rdev: view.getBigUint64(at + 56, true),
    accessed: time(view, at + 64),
    changed: time(view, at + 80),
    modified: time(view, at + 96),
    born: time(view, at + 112),
    version: view.getBigUint64(at + 128, true),
  };
}

/** Puts `changes` into a `struct ceph_statx` and gives the mask that says which fields are meant. */
export function encodeChanges(view: DataView, changes: NativeChanges): number {
  let mask = 0;
  if (changes.mode !== undefined) {
    view.setUint16(20, changes.mode, true);
    mask |= setMode;
  }
  if (changes.uid !== undefined) {
    view.setUint32(12, changes.uid, true);
    mask |= setUid;
  }
  if (changes.gid !== undefined) {
    view.setUint32(16, changes.gid, true);
    mask |= setGid;
  }
  if (changes.size !== undefined) {
    view.setBigUint64(32, BigInt(changes.size), true);
    mask |= setSize;
  }
  mask |= putTime(view, 64, changes.accessed, setAccessed);
  mask |= putTime(view, 96, changes.modified, setModified);
  mask |= putTime(view, 112, changes.born, setBorn);
  return mask;
}

function putTime(view: DataView, at: number, value: NativeTime | undefined, mask: number): number {
  if (value === undefined) return 0;
  view.setBigInt64(at, BigInt(value.seconds), true);
  view.setBigInt64(at + 8, BigInt(value.nanoseconds), true);
  return mask;
}

function time(view: DataView, at: number): NativeTime {
  const high = view.getInt32(at + 4, true);
  return { seconds: high * 0x1_0000_0000 + view.getUint32(at, true), nanoseconds: view.getUint32(at + 8, true) };
}

function unsigned(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
}
