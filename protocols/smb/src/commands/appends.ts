import type { FileRef } from '@polynas/core/service';
import type { SmbParts } from '../server/parts.ts';

/** Appends to files, those of one file one after the other: each begins where the one before has ended. */
export class Appends {
  private readonly last = new Map<string, Promise<unknown>>();

  async inTurn<T>({ share, id }: FileRef, append: () => Promise<T>): Promise<T> {
    const key = `${share}/${id}`;
    const before = this.last.get(key);
    const mine = before === undefined ? append() : before.then(append, append);
    this.last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === mine) this.last.delete(key);
    }
  }
}

const ofServers = new WeakMap<SmbParts, Appends>();

/** Those of the server whose parts these are. */
export function appendsOf(parts: SmbParts): Appends {
  let appends = ofServers.get(parts);
  if (appends === undefined) ofServers.set(parts, (appends = new Appends()));
  return appends;
}
