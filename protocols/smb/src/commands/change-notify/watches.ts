import type { FileRef } from '@polynas/core/service';
import type { ChangeQueue } from './change-queue.ts';

/**
 * The directories that clients of this server watch. Whoever watches one has it open, so it can go only when they have closed it: they
 * are told as soon as somebody has asked for it to go (MS-FSA 2.1.5.15.3), which is no change yet that an event would tell.
 */
export class Watches {
  private readonly byDirectory = new Map<string, Set<ChangeQueue>>();

  add(directory: FileRef, queue: ChangeQueue): void {
    const key = keyOf(directory);
    const queues = this.byDirectory.get(key);
    if (queues === undefined) this.byDirectory.set(key, new Set([queue]));
    else queues.add(queue);
  }

  delete(directory: FileRef, queue: ChangeQueue): void {
    const key = keyOf(directory);
    const queues = this.byDirectory.get(key);
    queues?.delete(queue);
    if (queues?.size === 0) this.byDirectory.delete(key);
  }

  /** The directory goes when its last open is closed. */
  deletePending(directory: FileRef): void {
    for (const queue of this.byDirectory.get(keyOf(directory)) ?? []) queue.deletePending();
  }
}

function keyOf({ share, id }: FileRef): string {
  return `${share}/${id}`;
}

const ofServers = new WeakMap<object, Watches>();

/** Those of the server whose parts these are. */
export function watchesOf(parts: object): Watches {
  let watches = ofServers.get(parts);
  if (watches === undefined) ofServers.set(parts, (watches = new Watches()));
  return watches;
}
