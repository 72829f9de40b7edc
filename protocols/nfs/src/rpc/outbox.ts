import type { Socket } from 'node:net';
import { type BudgetAccount, type Clock, type Place, Writer } from '@polynas/core/wire';

const LAST_FRAGMENT = 0x8000_0000;
const RECORD_LIMIT = 64 * 1024 * 1024;
const CAPACITY = 8192;
/** What has been gathered is sent without waiting for more. */
const FLUSH_AT = 256 * 1024;
const NONE: readonly (() => void)[] = [];

/**
 * The replies of one connection: encoded one behind the other into one batch, which goes out with one writev. Counts the bytes
 * that the peer has not taken.
 */
export class Outbox {
  private readonly socket: Socket;
  private readonly account: BudgetAccount;
  private readonly clock: Clock;
  private readonly onSent: () => void;
  private readonly writer = new Writer(CAPACITY, RECORD_LIMIT);
  private releases: (() => void)[] = [];
  private start = 0;
  private place: Place | undefined;
  private unsentBytes = 0;
  private movedAt: number;

  /** @param onSent called when the peer has taken bytes */
  constructor(socket: Socket, account: BudgetAccount, clock: Clock, onSent: () => void) {
    this.socket = socket;
    this.account = account;
    this.clock = clock;
    this.onSent = onSent;
    this.movedAt = clock.monotonic();
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

  /** Begins a record; the reply is encoded with the Writer, then `end`ed or `cancel`led. */
  begin(): Writer {
    this.start = this.writer.length;
    this.place = this.writer.reserve(4);
    return this.writer;
  }

  /** Takes back what was encoded since `begin`. */
  cancel(): void {
    this.writer.rewind(this.start);
  }

  end(): void {
    const length = this.writer.length - this.start;
    this.writer.patchU32(this.place!, (LAST_FRAGMENT | (length - 4)) >>> 0);
    if (this.unsentBytes === 0) this.movedAt = this.clock.monotonic();
    this.unsentBytes += length;
    this.account.take(length);
    if (this.writer.length >= FLUSH_AT) this.flush();
  }

  /** Runs `release` when what is encoded so far has left, or the connection is gone. */
  afterSent(release: () => void): void {
    this.releases.push(release);
  }

  flush(): void {
    const { parts, length } = this.writer.finish();
    if (length === 0) return;
    const releases = this.takeReleases();
    const sent = () => this.sent(length, releases);
    const last = parts.length - 1;
    if (last === 0) {
      this.socket.write(parts[0]!, sent);
      return;
    }
    this.socket.cork();
    for (let index = 0; index < last; index++) this.socket.write(parts[index]!);
    this.socket.write(parts[last]!, sent);
    this.socket.uncork();
  }

  /** The connection is gone: gives back what was never handed to the socket. */
  discard(): void {
    const { length } = this.writer.finish();
    const releases = this.takeReleases();
    if (length > 0) this.sent(length, releases);
  }

  /** Never the list that goes on growing: what comes later belongs to a later batch. */
  private takeReleases(): readonly (() => void)[] {
    if (this.releases.length === 0) return NONE;
    const taken = this.releases;
    this.releases = [];
    return taken;
  }

  /** Also called, with an error that the socket reports itself, for what a closed socket never sent. */
  private sent(length: number, releases: readonly (() => void)[]): void {
    this.unsentBytes -= length;
    this.movedAt = this.clock.monotonic();
    this.account.give(length);
    for (const release of releases) release();
    this.onSent();
  }
}
