import type { BudgetAccount } from './byte-budget.ts';
import type { Clock } from './clock.ts';
import { Writer } from './writer.ts';

/** What an outbox needs of a socket. */
export interface OutboxSocket {
  /** @param taken called when the kernel has the bytes, or the socket is closed */
  write(bytes: Uint8Array, taken?: () => void): unknown;
  /** Until `uncork`, what is written waits to go out together. */
  cork(): void;
  uncork(): void;
}

export interface OutboxParts {
  readonly socket: OutboxSocket;
  readonly account: Pick<BudgetAccount, 'take' | 'give'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Bytes of a fresh buffer. */
  readonly capacity: number;
  /** The peer has taken bytes. */
  readonly onSent: () => void;
}

const BATCH_LIMIT = 64 * 1024 * 1024;
/** What has been gathered is sent without waiting for more. */
const FLUSH_AT = 256 * 1024;
const NONE: readonly (() => void)[] = [];

/**
 * The replies of one connection: encoded one behind the other into one batch, which goes out with one writev. Counts the bytes
 * that the peer has not taken.
 */
export class Outbox {
  protected readonly writer: Writer;
  private readonly parts: OutboxParts;
  private releases: (() => void)[] = [];
  private unsentBytes = 0;
  private movedAt: number;
  private flushing = false;

  constructor(parts: OutboxParts) {
    this.parts = parts;
    this.writer = new Writer(parts.capacity, BATCH_LIMIT);
    this.movedAt = parts.clock.monotonic();
  }

  /** Bytes encoded that the kernel has not taken. */
  get unsent(): number {
    return this.unsentBytes;
  }

  /** Bytes not yet handed to the socket. */
  get gathered(): number {
    return this.writer.length;
  }

  /** When the peer last took bytes, or first owed to (monotonic ms). */
  get lastMoved(): number {
    return this.movedAt;
  }

  /** Runs `release` when what is encoded so far has left, or the connection is gone. Before {@link encoded}, which may send the batch. */
  afterSent(release: () => void): void {
    this.releases.push(release);
  }

  /** Bytes of one more reply are in the writer. */
  protected encoded(bytes: number): void {
    if (this.unsentBytes === 0) this.movedAt = this.parts.clock.monotonic();
    this.unsentBytes += bytes;
    this.parts.account.take(bytes);
    if (this.writer.length >= FLUSH_AT) this.flush();
  }

  /**
   * Sends at the end of this turn of the event loop, together with what is encoded until then; now when nothing else runs whose reply could go along.
   *
   * @param alone nothing else runs
   * @param flushed what has been gathered is with the socket; called now when that is nothing
   */
  flushSoon(alone: boolean, flushed: () => void): void {
    if (alone || this.gathered === 0) {
      this.flush();
      flushed();
    } else if (!this.flushing) {
      this.flushing = true;
      setImmediate(() => {
        this.flushing = false;
        this.flush();
        flushed();
      });
    }
  }

  flush(): void {
    const { parts, length } = this.writer.finish();
    if (length === 0) return;
    const { socket } = this.parts;
    const releases = this.takeReleases();
    const taken = (): void => this.taken(length, releases);
    const last = parts.length - 1;
    if (last === 0) {
      socket.write(parts[0]!, taken);
      return;
    }
    socket.cork();
    for (let index = 0; index < last; index++) socket.write(parts[index]!);
    socket.write(parts[last]!, taken);
    socket.uncork();
  }

  /** The connection is gone: gives back what was never handed to the socket. */
  discard(): void {
    const { length } = this.writer.finish();
    const releases = this.takeReleases();
    if (length > 0) this.taken(length, releases);
  }

  /** Never the list that goes on growing: what comes later belongs to a later batch. */
  private takeReleases(): readonly (() => void)[] {
    if (this.releases.length === 0) return NONE;
    const taken = this.releases;
    this.releases = [];
    return taken;
  }

  /** Also called, with an error that the socket reports itself, for what a closed socket never sent. */
  private taken(length: number, releases: readonly (() => void)[]): void {
    this.unsentBytes -= length;
    this.movedAt = this.parts.clock.monotonic();
    this.parts.account.give(length);
    for (const release of releases) release();
    this.parts.onSent();
  }
}
