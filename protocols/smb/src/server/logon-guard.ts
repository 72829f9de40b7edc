import { clientBlock, type Clock } from '@polynas/core/wire';

/** Refusals of one address that are answered at once, in one window. People mistype, and programs try what they have stored. */
const FREE = 20;
/** Milliseconds. */
const WINDOW = 60_000;
/** Milliseconds that a further refusal waits, as long as Windows makes it. */
const DELAY = 2_000;
/** Addresses that are remembered; the one that began longest ago is forgotten. */
const ADDRESSES = 10_000;

/** Slows down who guesses passwords: NTLM costs a guesser nothing, unlike a password hash that is made to be slow. */
export class LogonGuard {
  private readonly clock: Clock;
  private readonly refusals = new Map<string, { readonly since: number; count: number }>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** A logon from this address was refused: resolves when that may be said, or the signal is aborted. */
  async refused(client: string, signal: AbortSignal): Promise<void> {
    if (this.count(client) <= FREE || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.clock.after(DELAY, resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    timer.cancel();
  }

  private count(address: string): number {
    // A host has as many addresses of IPv6 as it likes.
    const client = clientBlock(address);
    const now = this.clock.monotonic();
    const known = this.refusals.get(client);
    if (known !== undefined && now - known.since < WINDOW) {
      known.count += 1;
      return known.count;
    }
    this.refusals.delete(client);
    if (this.refusals.size >= ADDRESSES) {
      const [oldest] = this.refusals.keys();
      if (oldest !== undefined) this.refusals.delete(oldest);
    }
    this.refusals.set(client, { since: now, count: 1 });
    return 1;
  }
}
