import { clientBlock } from './client-address.ts';
import type { Clock } from './clock.ts';

/** Milliseconds between two reports: one for a burst of connections, however many. */
const QUIET = 60_000;

export interface ConnectionCountsOptions {
  /** Connections of one client at a time. */
  readonly perClient: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** A connection was refused; others that were so before have not been told. */
  readonly refused: (address: string, reason: string) => void;
}

/** Leaves places for others: counts connections by client (`clientBlock`), and tells of those that are too many, once for a burst. */
export class ConnectionCounts {
  private readonly options: ConnectionCountsOptions;
  /** Bounded by the connections there are. */
  private readonly open = new Map<string, number>();
  private toldAt = -Infinity;
  private untold = 0;

  constructor(options: ConnectionCountsOptions) {
    this.options = options;
  }

  /** Takes a place for a connection, to be left when it is closed. `false` when its client has as many as it may. */
  enter(address: string): boolean {
    const client = clientBlock(address);
    const count = this.open.get(client) ?? 0;
    if (count >= this.options.perClient) {
      this.refuse(address, 'too many connections of this client');
      return false;
    }
    this.open.set(client, count + 1);
    return true;
  }

  leave(address: string): void {
    const client = clientBlock(address);
    const count = this.open.get(client) ?? 0;
    if (count > 1) this.open.set(client, count - 1);
    else this.open.delete(client);
  }

  /** Tells of a connection that was refused, by this or by somebody else. */
  refuse(address: string, reason: string): void {
    const now = this.options.clock.monotonic();
    if (now - this.toldAt < QUIET) {
      this.untold += 1;
      return;
    }
    const before = this.untold === 0 ? '' : `; ${this.untold} more refused since the last report`;
    this.options.refused(address, `${reason}${before}`);
    this.toldAt = now;
    this.untold = 0;
  }
}
