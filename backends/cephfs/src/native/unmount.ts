import type { Client } from './client.ts';
import { requireKoffi } from './library.ts';
import type { InodePointer } from './mount-api.ts';
import type { Recalls } from './recalls.ts';

export interface Unmounting {
  readonly client: Client;
  readonly root: InodePointer;
  readonly recalls: Recalls;
  /** Milliseconds for calls under way to settle, and again for the cluster to let go. */
  readonly timeout: number;
  /** Told when the client is left behind. */
  readonly abandoned?: (() => void) | undefined;
}

let abandoned = 0;

/** Clients that were left behind because the cluster did not answer. A process that ends with any has to end by `exitNow`. */
export function abandonedClients(): number {
  return abandoned;
}

/**
 * Ends the process at once (`_exit(2)`). `process.exit` waits for the threads of libuv's pool, those that hang in a call of an abandoned client among them: as long as
 * the cluster takes. Nothing else of the process may be left to do.
 */
export function exitNow(code: number): void {
  requireKoffi().load(null).func('void _exit(int code)')(code);
}

/** Waits for what is under way, flushes and lets go. Never rejected, and never longer than twice the timeout: then the client is left behind. */
export async function unmount({ client, root, recalls, timeout, abandoned: told }: Unmounting): Promise<void> {
  client.put(root);
  client.end();
  if (!(await settles(client.idle(), timeout)) || !(await settles(disconnect(client), timeout))) {
    abandoned += 1;
    told?.();
    return;
  }
  recalls.close();
}

/** Past the client's last call, and outside of the gate, in which calls of others may be stuck. */
export async function disconnect(client: Client): Promise<void> {
  client.end();
  await client.idle();
  // ENOTCONN of an evicted one is as good.
  await outside((done) => client.library.ceph_unmount.async(client.cmount, done));
  await release(client);
}

/** For a client that is not mounted. */
export async function release(client: Client): Promise<void> {
  client.end();
  await outside((done) => client.library.ceph_release.async(client.cmount, done));
}

async function outside(run: (done: () => void) => void): Promise<void> {
  await new Promise<void>((resolve) => run(() => resolve()));
}

async function settles(work: Promise<void>, timeout: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeout);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
