import type { Call } from '@polynas/core/spi';
import type { Client } from './client.ts';
import type { FhPointer, InWay, NativeLock } from './mount-api.ts';
import { isErrno } from './storage-error.ts';

const flockBytes = 32;
const kinds = { shared: 0, exclusive: 1, unlock: 2 } as const;

/** `struct flock`: type at 0, whence (SEEK_SET) at 2, start at 8, length at 16. */
function encodeLock({ kind, start, length }: NativeLock): Buffer {
  const bytes = Buffer.alloc(flockBytes);
  bytes.writeInt16LE(kinds[kind], 0);
  bytes.writeBigInt64LE(start, 8);
  bytes.writeBigInt64LE(length, 16);
  return bytes;
}

export async function setlk(
  client: Client,
  fh: FhPointer,
  owner: bigint,
  lock: NativeLock,
  within?: Call,
): Promise<boolean> {
  try {
    await client.call('metadata', 'ceph_ll_setlk', [fh, encodeLock(lock), owner, 0], within);
    return true;
  } catch (error) {
    if (isErrno(error, 'EAGAIN', 'EACCES')) return false;
    throw error;
  }
}

/** What somebody else than `owner` holds that is in the way of this one. */
export async function getlk(
  client: Client,
  fh: FhPointer,
  owner: bigint,
  lock: NativeLock,
  within?: Call,
): Promise<InWay | undefined> {
  const bytes = encodeLock(lock);
  await client.call('metadata', 'ceph_ll_getlk', [fh, bytes, owner], within);
  const type = bytes.readInt16LE(0);
  if (type === kinds.unlock) return undefined;
  const kind = type === kinds.shared ? 'shared' : 'exclusive';
  return { kind, start: bytes.readBigInt64LE(8), length: bytes.readBigInt64LE(16) };
}
