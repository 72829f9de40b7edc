import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterWork } from '../report/results.ts';

interface Counters {
  readonly mds_server: { readonly handle_client_request: number } & Readonly<Record<string, unknown>>;
  readonly mds: { readonly handle_client_caps: number };
}

/**
 * What the MDS and the OSDs have done since they started: their own performance counters (`perf dump`).
 *
 * @param folder of the daemons' admin sockets
 */
export async function clusterWork(folder: string, osds: number): Promise<ClusterWork> {
  const dumps = Array.from({ length: osds }, (_, id) => command(join(folder, `osd.${id}.asok`), 'perf dump'));
  const [mds, ...stores] = await Promise.all([command(join(folder, 'mds.a.asok'), 'perf dump'), ...dumps]);
  const { mds_server: server, mds: caps } = mds as Counters;
  return {
    metadataRequests: server.handle_client_request,
    metadataKinds: kindsOf(server),
    capMessages: caps.handle_client_caps,
    storeOperations: stores.reduce<number>((sum, dump) => sum + (dump as { osd: { op: number } }).osd.op, 0),
  };
}

/**
 * Has the MDS write back now what is in its journal, and forget it there. By itself it does so when the journal has 128 segments (about 100,000 new files): then each of them costs a write of the OSDs,
 * thousands in a second, and whoever works meanwhile waits half a second now and then.
 *
 * @param folder of the daemons' admin sockets
 */
export async function flushJournal(folder: string): Promise<void> {
  const path = join(folder, 'mds.a.asok');
  const { return_code: code, message } = (await command(path, 'flush journal')) as Flushed;
  if (code !== 0) throw new Error(`${path}: flush journal: ${message} (${code})`);
}

/** How long files that were removed are waited for, at most. */
const longestPurge = 20_000;

/**
 * Resolves when the MDS has purged the files that were removed: that follows the answer, some hundred of them in a second, and would fall into the round of whoever comes next. Those stay out of it
 * that a client still holds on to (NFS-Ganesha does, while it remembers them).
 *
 * @param folder of the daemons' admin sockets
 */
export async function purged(folder: string): Promise<void> {
  const end = performance.now() + longestPurge;
  for (;;) {
    const { purge_queue: queue, mds_cache: cache } = (await command(join(folder, 'mds.a.asok'), 'perf dump')) as Purges;
    const left = queue.pq_executing + queue.pq_item_in_journal + cache.num_strays_enqueuing;
    if (left === 0 || performance.now() > end) return;
    await sleep(50);
  }
}

interface Purges {
  readonly purge_queue: { readonly pq_executing: number; readonly pq_item_in_journal: number };
  readonly mds_cache: { readonly num_strays_enqueuing: number };
}

interface Flushed {
  readonly message: string;
  readonly return_code: number;
}

/** Requests by kind: the MDS counts them with their latencies, as `req_create_latency`. */
function kindsOf(server: Readonly<Record<string, unknown>>): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const [name, value] of Object.entries(server)) {
    const kind = /^req_(\w+)_latency$/.exec(name)?.[1];
    if (kind !== undefined) kinds[kind] = (value as { avgcount: number }).avgcount;
  }
  return kinds;
}

/** From `before` to `after`. */
export function workBetween(before: ClusterWork, after: ClusterWork): ClusterWork {
  const kinds = Object.entries(after.metadataKinds).map(
    ([kind, count]) => [kind, count - (before.metadataKinds[kind] ?? 0)] as const,
  );
  return {
    metadataRequests: after.metadataRequests - before.metadataRequests,
    metadataKinds: Object.fromEntries(kinds.filter(([, count]) => count > 0)),
    capMessages: after.capMessages - before.capMessages,
    storeOperations: after.storeOperations - before.storeOperations,
  };
}

/** Ceph's admin socket: a command in JSON ended by a zero byte; the answer is its length in four bytes, big-endian, and JSON. */
async function command(path: string, prefix: string): Promise<unknown> {
  const socket = createConnection({ path });
  socket.write(`${JSON.stringify({ prefix })}\0`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks);
  if (answer.length < 4 || answer.readUInt32BE(0) !== answer.length - 4) throw new Error(`${path}: no whole answer`);
  return JSON.parse(answer.subarray(4).toString());
}
