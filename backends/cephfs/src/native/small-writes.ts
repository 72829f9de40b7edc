import type { Call } from '@polynas/core/spi';
import { fieldsOfWrite } from './batch/batch-messages.ts';
import type { BatchRecord } from './batch/batch-format.ts';
import type { Client } from './client.ts';
import { write } from './data-calls.ts';
import { whenUnwanted } from './gate.ts';
import { getattrNow } from './inode-calls.ts';
import type { FhPointer, InodePointer, Statx } from './mount-api.ts';

/** Messages under way of one client at most. Who comes then makes a call of its own: nobody waits for those who wait for the cluster. */
const mostUnderWay = 2;
/** Writes in one message: they are done one after another. */
const mostTogether = 32;

export interface SmallWrite {
  readonly inode: InodePointer;
  readonly fh: FhPointer;
  readonly offset: number;
  /** Kept until it is answered: libcephfs reads from their address. */
  readonly bytes: Uint8Array;
}

interface Asked {
  readonly write: SmallWrite;
  /** Bounds its wait for a place; what waited beside it in a message goes on waiting. */
  readonly within: Call | undefined;
  readonly resolve: (statx: Statx | Promise<Statx>) => void;
  readonly reject: (error: unknown) => void;
}

/** What is gathered in this turn, and how many messages are under way. */
interface Gathered {
  asked: Asked[] | undefined;
  underWay: number;
}

const gatheredOf = new WeakMap<Client, Gathered>();

/**
 * Writes, and tells the attributes afterwards. Those that come in one turn of the event loop go to a batch thread together: by itself each would be a hop between threads and back, and all of them would
 * wait for libcephfs's lock beside each other, this thread with them when it asks for attributes. That is more than libcephfs takes for 4 KiB.
 */
export function writeTold(client: Client, asked: SmallWrite, within?: Call): Promise<Statx> {
  let gathered = gatheredOf.get(client);
  if (gathered === undefined) {
    gathered = { asked: undefined, underWay: 0 };
    gatheredOf.set(client, gathered);
  }
  const { underWay } = gathered;
  let together = gathered.asked;
  if (together === undefined || together.length === mostTogether) {
    if (underWay === mostUnderWay) return writeAlone(client, asked, within);
    gathered.asked = together = [];
    void send(client, gathered, together);
  }
  const all = together;
  return new Promise((resolve, reject) => all.push({ write: asked, within, resolve, reject }));
}

async function send(client: Client, gathered: Gathered, together: readonly Asked[]): Promise<void> {
  gathered.underWay += 1;
  // Who comes in this turn of the event loop goes along.
  await Promise.resolve();
  if (gathered.asked === together) gathered.asked = undefined;
  try {
    const [first] = together;
    if (first !== undefined && together.length === 1)
      first.resolve(await writeAlone(client, first.write, first.within));
    else await writeAll(client, together);
  } catch (error) {
    for (const { reject } of together) reject(error);
  }
  gathered.underWay -= 1;
}

async function writeAlone(client: Client, { inode, fh, offset, bytes }: SmallWrite, within?: Call): Promise<Statx> {
  await write(client, fh, offset, [bytes], within);
  return getattrNow(client, inode);
}

async function writeAll(client: Client, together: readonly Asked[]): Promise<void> {
  let issued: readonly Asked[] | undefined;
  const wanted = new Set(together);
  const waits: (() => void)[] = [];
  const records = client.batchOfWrites(() => {
    for (const forget of waits) forget();
    issued = [...wanted];
    return fieldsOf(client, issued);
  });
  // Where there was a thread at once, nothing has to wait.
  if (issued === undefined) for (const asked of together) waits.push(endOfWait(asked, wanted));
  try {
    const told = await records;
    for (const [index, asked] of (issued ?? []).entries()) settle(client, asked, told[index]);
  } finally {
    for (const forget of waits) forget();
  }
}

function endOfWait(asked: Asked, wanted: Set<Asked>): () => void {
  return whenUnwanted(asked.within ?? {}, (error) => {
    wanted.delete(asked);
    asked.reject(error);
  });
}

function fieldsOf(client: Client, together: readonly Asked[]): BigUint64Array {
  const writes = new BigUint64Array(together.length * fieldsOfWrite);
  for (const [index, { write: one }] of together.entries()) {
    const { inode, fh, offset, bytes } = one;
    const fields = [fh, BigInt(offset), BigInt(bytes.length), client.library.address(bytes), inode];
    writes.set(fields, index * fieldsOfWrite);
  }
  return writes;
}

function settle(client: Client, { write: one, resolve, reject }: Asked, record: BatchRecord | undefined): void {
  try {
    resolve(told(client, one, record));
  } catch (error) {
    reject(error);
  }
}

function told(client: Client, { bytes, ...at }: SmallWrite, record: BatchRecord | undefined): Statx | Promise<Statx> {
  if (record === undefined) throw new Error('a batch thread left out an answer');
  const { next, errno, statx } = record;
  if (next < 0n) throw client.failed(errno, 'ceph_ll_write');
  const written = Number(next);
  // What libcephfs took in part only is continued.
  if (written < bytes.length)
    return writeAlone(client, { ...at, offset: at.offset + written, bytes: bytes.subarray(written) });
  if (statx === undefined) throw client.failed(errno, 'ceph_ll_getattr');
  return statx;
}
