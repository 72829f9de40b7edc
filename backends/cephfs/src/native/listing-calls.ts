import type { Call } from '@polynas/core/spi';
import type { Client } from './client.ts';
import { getattr } from './inode-calls.ts';
import type { DirPointer, InodePointer, NativeEntry, NativeName, Statx } from './mount-api.ts';
import { allStats, decodeStatx, statxBytes } from './statx.ts';
import { getxattr } from './xattr-calls.ts';

/** `struct dirent` of glibc on 64-bit Linux: ino at 0, off at 8, type at 18, name at 19. */
const direntBytes = 280;
const nameAt = 19;
const getdentsBytes = 65_536;

export interface NativeAttributes {
  readonly statx: Statx;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

export async function readdirplus(
  client: Client,
  directory: DirPointer,
  from: bigint,
  limit: number,
  xattrs: readonly string[],
  within?: Call,
): Promise<readonly NativeEntry[]> {
  await client.call('metadata', 'ceph_seekdir', [directory, from], within);
  const entries: NativeEntry[] = [];
  while (entries.length < limit) {
    const entry = await nextEntry(client, directory, xattrs);
    if (entry === undefined) break;
    if (entry !== 'dots') entries.push(entry);
  }
  return entries;
}

async function nextEntry(
  client: Client,
  directory: DirPointer,
  xattrs: readonly string[],
): Promise<NativeEntry | 'dots' | undefined> {
  const dirent = Buffer.alloc(direntBytes);
  const stx = Buffer.alloc(statxBytes);
  const out = xattrs.length > 0 ? Buffer.alloc(8) : null;
  const values = [directory, dirent, stx, allStats, 0, out];
  if ((await client.call('metadata', 'ceph_readdirplus_r', values)) === 0) return undefined;
  const name = nameIn(dirent, 0);
  const next = dirent.readBigInt64LE(8);
  const inode = out?.readBigUInt64LE();
  try {
    if (isDots(name)) return 'dots';
    const statx = decodeStatx(new DataView(stx.buffer, stx.byteOffset, statxBytes));
    if (statx === undefined) throw new Error('ceph_readdirplus_r left out attributes');
    return inode === undefined
      ? { name, next, statx }
      : { name, next, statx, xattrs: await xattrsOf(client, inode, xattrs) };
  } finally {
    if (inode !== undefined) client.put(inode);
  }
}

export async function getattrs(
  client: Client,
  inodes: readonly InodePointer[],
  xattrs: readonly string[],
  within?: Call,
): Promise<readonly (NativeAttributes | Error)[]> {
  const one = async (inode: InodePointer): Promise<NativeAttributes | Error> => {
    try {
      const statx = await getattr(client, inode, within);
      return xattrs.length === 0 ? { statx } : { statx, xattrs: await xattrsOf(client, inode, xattrs) };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  };
  return await Promise.all(inodes.map(one));
}

async function xattrsOf(
  client: Client,
  inode: InodePointer,
  names: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  for (const name of names) {
    const value = await getxattr(client, inode, name);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

export async function readdir(
  client: Client,
  directory: DirPointer,
  from: bigint,
  limit: number,
  within?: Call,
): Promise<readonly NativeName[]> {
  await client.call('metadata', 'ceph_seekdir', [directory, from], within);
  const names: NativeName[] = [];
  while (names.length < limit) {
    const bytes = Buffer.allocUnsafe(getdentsBytes);
    const filled = await client.call('metadata', 'ceph_getdents', [directory, bytes, bytes.length]);
    if (filled === 0) break;
    // Each takes a whole `struct dirent`; libcephfs does not fill in its length.
    for (let at = 0; at < filled && names.length < limit; at += direntBytes) {
      const name = nameIn(bytes, at);
      const [ino, next] = [bytes.readBigUInt64LE(at), bytes.readBigInt64LE(at + 8)];
      if (!isDots(name)) names.push({ name, ino, type: bytes[at + 18] ?? 0, next });
    }
  }
  return names;
}

/** A copy of the name of the dirent at `at`: the buffer is used again. */
function nameIn(bytes: Buffer, at: number): Uint8Array {
  const start = at + nameAt;
  const end = bytes.indexOf(0, start);
  return new Uint8Array(bytes.subarray(start, end < 0 ? at + direntBytes : end));
}

function isDots(name: Uint8Array): boolean {
  const dot = 0x2e;
  return name[0] === dot && (name.length === 1 || (name.length === 2 && name[1] === dot));
}
