import type { Parts } from '../parts.ts';

const refillBelow = 16_384;

/** A content stamp for bytes that a mutation does not know of. Its number is durably reserved before anybody sees it. */
export async function freshStamp(parts: Parts): Promise<number> {
  for (;;) {
    const stamp = parts.counters.takeReserved('stamps');
    if (stamp !== undefined) {
      // The next caller that finds the reserve empty is told what a refill in the background could not do.
      if (parts.counters.reserved('stamps') === refillBelow) reserve(parts).catch(() => undefined);
      return stamp;
    }
    await reserve(parts);
  }
}

function reserve(parts: Parts): Promise<void> {
  return parts.committer.mutate((transaction) => transaction.reserveStamps());
}
