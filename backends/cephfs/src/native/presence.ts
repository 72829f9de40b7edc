import { createHash } from 'node:crypto';
import { StorageError } from '@polynas/core/spi';
import type { Client } from './client.ts';
import { lookup } from './inode-calls.ts';
import { getlk, setlk } from './lock-calls.ts';
import type { FhPointer, Found, InodePointer, NativeLock } from './mount-api.ts';
import { Session } from './session.ts';
import { isErrno } from './storage-error.ts';
import { create, mkdir } from './tree-calls.ts';

export interface PresenceOptions {
  /** Name of the directory in the root, and of the file in it; both are made. */
  readonly directory: string;
  readonly file: string;
  /** `exclusive`: nobody else may be present. `shared`: no exclusive one. */
  readonly kind: 'exclusive' | 'shared';
  /** Tells this client from all others: two of one name cannot be present. */
  readonly name: string;
  /** Who is present, for the message to those who are refused. */
  readonly record: string;
}

const superuser = { uid: 0, gid: 0 };
const recordBytes = 1024;
/** Owners of locks are numbers of ours: the one that takes them, and another one that asks whether they stand. */
const owner = 1n;
const somebodyElse = 2n;
const presenceByte: Omit<NativeLock, 'kind'> = { start: 0n, length: 1n };

/**
 * Takes the lock that says that this client is present on the volume: the first byte of the file. Each client locks one more byte, by its name, alone: that lock is the sign of
 * its session. Rejected with `unavailable` when somebody else is in the way. All of it ends with the session.
 */
export async function takePresence(client: Client, root: InodePointer, options: PresenceOptions): Promise<Session> {
  const directory = await directoryOf(client, root, options.directory);
  const file = await fileOf(client, directory.inode, options.file);
  client.put(directory.inode);
  const fh = await openFile(client, file.inode, 'read');
  const own: NativeLock = { kind: 'exclusive', start: ownByte(options.name), length: 1n };
  if (!(await setlk(client, fh, owner, { ...presenceByte, kind: options.kind }))) throw await refusal(client, fh);
  if (!(await setlk(client, fh, owner, own)))
    throw new StorageError('unavailable', 'the volume is served by another process under the same client uuid');
  if (options.kind === 'exclusive') await writeRecord(client, file.inode, options.record);
  const fd = await client.call('metadata', 'ceph_open', [`/${options.directory}/${options.file}`, 0, 0]);
  client.put(file.inode);
  return new Session(client, {
    fd,
    alone: options.kind === 'exclusive',
    lockStands: async () => (await getlk(client, fh, somebodyElse, own)) !== undefined,
  });
}

/** Above the first byte, below 2^62: two names meet with a chance of 2^-61. */
function ownByte(name: string): bigint {
  const number = createHash('sha256').update(name).digest().readBigUInt64BE();
  return 1n + (number >> 2n);
}

async function directoryOf(client: Client, root: InodePointer, name: string): Promise<Found> {
  return await madeOrFound(client, root, name, () => mkdir(client, root, Buffer.from(name), 0o700, superuser));
}

async function fileOf(client: Client, directory: InodePointer, name: string): Promise<Found> {
  return await madeOrFound(client, directory, name, async () => {
    const { fh, ...found } = await create(client, directory, Buffer.from(name), 0o600, superuser);
    await client.call('data', 'ceph_ll_close', [fh]);
    return found;
  });
}

async function madeOrFound(
  client: Client,
  directory: InodePointer,
  name: string,
  make: () => Promise<Found>,
): Promise<Found> {
  const found = await lookup(client, directory, Buffer.from(name));
  if (found !== undefined) return found;
  try {
    return await make();
  } catch (error) {
    // Somebody else has made it meanwhile.
    const made = isErrno(error, 'EEXIST') ? await lookup(client, directory, Buffer.from(name)) : undefined;
    if (made === undefined) throw error;
    return made;
  }
}

async function openFile(client: Client, inode: InodePointer, access: 'read' | 'write'): Promise<FhPointer> {
  const out = Buffer.alloc(8);
  await client.call('metadata', 'ceph_ll_open', [inode, access === 'read' ? 0 : 2, out, client.superuser]);
  return out.readBigUInt64LE();
}

async function writeRecord(client: Client, inode: InodePointer, record: string): Promise<void> {
  const bytes = Buffer.alloc(recordBytes, ' ');
  bytes.write(record);
  const fh = await openFile(client, inode, 'write');
  try {
    await client.call('data', 'ceph_ll_write', [fh, 0, bytes.length, bytes]);
    await client.call('data', 'ceph_ll_fsync', [fh, 0]);
  } finally {
    await client.call('data', 'ceph_ll_close', [fh]);
  }
}

async function refusal(client: Client, fh: FhPointer): Promise<StorageError> {
  const inWay = await getlk(client, fh, owner, { ...presenceByte, kind: 'exclusive' });
  const bytes = Buffer.alloc(recordBytes);
  const length = await client.call('data', 'ceph_ll_read', [fh, 0, bytes.length, bytes]);
  const who =
    inWay?.kind === 'shared'
      ? 'with `writers: shared`'
      : `by somebody else: ${bytes.toString('utf8', 0, length).trim()}`;
  return new StorageError(
    'unavailable',
    `the volume is served ${who}; one that was killed is given up after the session timeout of the cluster`,
  );
}
