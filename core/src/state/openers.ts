import type { Opener } from '../service/index.ts';

export function sameOpener(a: Opener | undefined, b: Opener | undefined): boolean {
  return a !== undefined && b !== undefined && a.client === b.client && a.owner === b.owner;
}

/** One string for an owner, to key maps with. Lengths keep two owners from running into one. */
export function ownerKey(opener: Opener): string {
  return `${opener.client.length}:${opener.client}${opener.owner}`;
}
