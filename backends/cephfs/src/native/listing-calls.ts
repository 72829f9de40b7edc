import type { Call } from '@polynas/core/spi';
import type { Client } from './client.ts';
import type { BatchRecord } from './batch/batch-format.ts';
import { Gather } from './batch/gather.ts';
import { direntBytes, isDots, nameIn } from './dirent.ts';
import type { DirPointer, InodePointer, NativeEntry, NativeName, Statx } from './mount-api.ts';

const getdentsBytes = 65_536;

export interface NativeAttributes {
  readonly statx: Statx;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** The batch thread answers in pieces; fewer than `limit` come only at the end. */
export async function readdirplus(
  client: Client,
  directory: DirPointer,
  from: bigint,
  limit: number,
  xattrs: readonly string[],
  within?: Call,
): Promise<readonly NativeEntry[]> {
  const entries: NativeEntry[] = [];
  let position = from;
  for (let wait = within; ; wait = undefined) {
    const rest = limit - entries.length;
    const { records, end } = await client.batch(
      { ask: 'readdirplus', directory, from: position, limit: rest, xattrs },
      wait,
    );
    for (const record of records) entries.push(entryOf(record, xattrs));
    position = entries.at(-1)?.next ?? position;
    if (end || entries.length >= limit) return entries;
  }
}

function entryOf({ name, next, statx, xattrs }: BatchRecord, asked: readonly string[]): NativeEntry {
  if (statx === undefined) throw new Error('ceph_readdirplus_r left out attributes');
  return asked.length === 0 ? { name, next, statx } : { name, next, statx, xattrs };
}

/** One inode's share a message with those of others; many are a message of their own, which waits for its turn within `within`. */
export async function getattrs(
  client: Client,
  inodes: readonly InodePointer[],
  xattrs: readonly string[],
  within?: Call,
): Promise<readonly (NativeAttributes | Error)[]> {
  const [first] = inodes;
  if (first === undefined) return [];
  const gather = inodes.length === 1 ? gatherOf(client, xattrs) : undefined;
  if (gather !== undefined) return [await gather.one(first)];
  return await askAttributes(client, BigUint64Array.from(inodes), xattrs, within);
}

const mostGathers = 8;
const gathers = new WeakMap<Client, Map<string, Gather<NativeAttributes | Error>>>();

/** By the names of the xattrs, of which a volume asks for few combinations often; rare ones are not gathered. */
function gatherOf(client: Client, xattrs: readonly string[]): Gather<NativeAttributes | Error> | undefined {
  const ofClient = gathers.get(client) ?? new Map<string, Gather<NativeAttributes | Error>>();
  gathers.set(client, ofClient);
  const key = xattrs.join('\0');
  const known = ofClient.get(key);
  if (known !== undefined || ofClient.size >= mostGathers) return known;
  const gather = new Gather((inodes) => askAttributes(client, inodes, xattrs));
  ofClient.set(key, gather);
  return gather;
}

async function askAttributes(
  client: Client,
  inodes: BigUint64Array,
  xattrs: readonly string[],
  within?: Call,
): Promise<readonly (NativeAttributes | Error)[]> {
  const { records } = await client.batch({ ask: 'getattrs', inodes, xattrs }, within);
  return records.map(({ errno, statx, xattrs: values }) => {
    if (statx === undefined) return client.failed(errno, 'ceph_ll_getattr');
    return xattrs.length === 0 ? { statx } : { statx, xattrs: values };
  });
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
      const name = new Uint8Array(nameIn(bytes, at));
      const [ino, next] = [bytes.readBigUInt64LE(at), bytes.readBigInt64LE(at + 8)];
      if (!isDots(name)) names.push({ name, ino, type: bytes[at + 18] ?? 0, next });
    }
  }
  return names;
}
