import type { Call } from '@polynas/core/spi';
import type { CephCall } from './ceph-functions.ts';
import type { Client } from './client.ts';
import { cString, foundIn, Frame } from './inode-calls.ts';
import type { FhPointer, Found, InodePointer, Owner } from './mount-api.ts';
import { allStats } from './statx.ts';

const createExclusive = 0o100 | 0o200 | 2;
/** Longest target of a symbolic link that the MDS takes (PATH_MAX). */
const targetBytes = 4096;

/** Runs a creation as the owner of what it makes; its attributes come into the frame. */
async function callAs(
  client: Client,
  owner: Owner,
  name: CephCall,
  values: readonly unknown[],
  frame: Frame,
  within: Call | undefined,
): Promise<void> {
  const perm = client.perms.hold(owner);
  try {
    await client.call('metadata', name, [...values, frame.bytes, allStats, 0, perm.pointer], within);
  } finally {
    perm.release();
  }
}

export async function create(
  client: Client,
  parent: InodePointer,
  name: Uint8Array,
  mode: number,
  owner: Owner,
  within?: Call,
): Promise<Found & { readonly fh: FhPointer }> {
  const frame = new Frame();
  const asked = [parent, cString(name), mode, createExclusive, frame.first, frame.second];
  await callAs(client, owner, 'ceph_ll_create', asked, frame, within);
  const { fh } = frame;
  try {
    return { ...(await foundIn(client, frame)), fh };
  } catch (error) {
    await client.call('data', 'ceph_ll_close', [fh]);
    throw error;
  }
}

/** What a call makes whose answers follow `values`: inode, attributes. */
async function made(
  client: Client,
  name: 'ceph_ll_mkdir' | 'ceph_ll_mknod' | 'ceph_ll_symlink',
  values: readonly unknown[],
  owner: Owner,
  within: Call | undefined,
): Promise<Found> {
  const frame = new Frame();
  await callAs(client, owner, name, [...values, frame.first], frame, within);
  return foundIn(client, frame);
}

export function mkdir(
  client: Client,
  parent: InodePointer,
  name: Uint8Array,
  mode: number,
  owner: Owner,
  within?: Call,
): Promise<Found> {
  return made(client, 'ceph_ll_mkdir', [parent, cString(name), mode], owner, within);
}

export function mknod(
  client: Client,
  parent: InodePointer,
  name: Uint8Array,
  mode: number,
  rdev: bigint,
  owner: Owner,
  within?: Call,
): Promise<Found> {
  return made(client, 'ceph_ll_mknod', [parent, cString(name), mode, rdev], owner, within);
}

export function symlink(
  client: Client,
  parent: InodePointer,
  name: Uint8Array,
  target: Uint8Array,
  owner: Owner,
  within?: Call,
): Promise<Found> {
  return made(client, 'ceph_ll_symlink', [parent, cString(name), cString(target)], owner, within);
}

export async function readlink(client: Client, inode: InodePointer, within?: Call): Promise<Uint8Array> {
  const bytes = new Uint8Array(targetBytes);
  const length = await client.call(
    'metadata',
    'ceph_ll_readlink',
    [inode, bytes, targetBytes, client.superuser],
    within,
  );
  return bytes.slice(0, length);
}

export async function rename(
  client: Client,
  from: InodePointer,
  fromName: Uint8Array,
  to: InodePointer,
  toName: Uint8Array,
  within?: Call,
): Promise<void> {
  await client.call(
    'metadata',
    'ceph_ll_rename',
    [from, cString(fromName), to, cString(toName), client.superuser],
    within,
  );
}
