import type { Call } from '@polynas/core/spi';
import type { Client } from './client.ts';
import type { InodePointer } from './mount-api.ts';
import { isErrno } from './storage-error.ts';

/** Most values fit; a longer one costs a second call. */
const usualBytes = 4096;
/** `mds_max_xattr_pairs_size`: all names and values of one inode. */
const mostBytes = 65_536;
const createFlag = 1;
const replaceFlag = 2;

export async function getxattr(
  client: Client,
  inode: InodePointer,
  name: string,
  within?: Call,
): Promise<Uint8Array | undefined> {
  try {
    return await growing(async (bytes) =>
      client.call('metadata', 'ceph_ll_getxattr', [inode, name, bytes, bytes.length, client.superuser], within),
    );
  } catch (error) {
    if (isErrno(error, 'ENODATA')) return undefined;
    throw error;
  }
}

export async function listxattr(client: Client, inode: InodePointer, within?: Call): Promise<readonly string[]> {
  const needed = Buffer.alloc(8);
  const bytes = await growing(async (into) => {
    await client.call('metadata', 'ceph_ll_listxattr', [inode, into, into.length, needed, client.superuser], within);
    return Number(needed.readBigUInt64LE());
  });
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.split('\0').filter((name) => name !== '');
}

export async function setxattr(
  client: Client,
  inode: InodePointer,
  name: string,
  value: Uint8Array,
  how: 'either' | 'create' | 'replace',
  within?: Call,
): Promise<void> {
  const flags = how === 'either' ? 0 : how === 'create' ? createFlag : replaceFlag;
  // An address is needed even where nothing is read from it: a null pointer removes the attribute.
  const from = value.length === 0 ? Buffer.alloc(1) : value;
  await client.call('metadata', 'ceph_ll_setxattr', [inode, name, from, value.length, flags, client.superuser], within);
}

/** What `call` put into the buffer that it was given; once more with the largest when that was too short (ERANGE). */
async function growing(call: (into: Buffer) => Promise<number>): Promise<Uint8Array> {
  const small = Buffer.allocUnsafe(usualBytes);
  try {
    return new Uint8Array(small.subarray(0, await call(small)));
  } catch (error) {
    if (!isErrno(error, 'ERANGE')) throw error;
  }
  const large = Buffer.allocUnsafe(mostBytes);
  return new Uint8Array(large.subarray(0, await call(large)));
}
