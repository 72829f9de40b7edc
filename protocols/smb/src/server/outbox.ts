import type { Socket } from 'node:net';
import { type BudgetAccount, type Clock, type Gathered, Writer } from '@polynas/core/wire';
import { writeTransportHeader } from '../messages/direct-tcp.ts';

const CAPACITY = 4096;
const BATCH_LIMIT = 64 * 1024 * 1024;
/** What has been gathered is sent without waiting for more. */
const FLUSH_AT = 256 * 1024;

/**
 * The frames of one connection, gathered into one batch that goes out with one writev. Counts the bytes that the peer has not
 * taken.
 */
export class Outbox {
  private readonly socket: Socket;
  private readonly account: BudgetAccount;
  private readonly clock: Clock;
  private readonly onSent: () => void;
  private readonly writer = new Writer(CAPACITY, BATCH_LIMIT);
  private releases: (() => void)[] = [];
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

  /**
   * Adds one frame; large parts are not copied.
   *
   * @param release run when it has left, or the connection is gone
   */
  add(frame: Gathered, release?: () => void): void {
    const { writer } = this;
    writeTransportHeader(writer, frame.length);
    for (const part of frame.parts) writer.attach(part);
    if (this.unsentBytes === 0) this.movedAt = this.clock.monotonic();
    const bytes = frame.length + 4;
    this.unsentBytes += bytes;
    this.account.take(bytes);
    if (release !== undefined) this.releases.push(release);
    if (writer.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    const { parts, length } = this.writer.finish();
    if (length === 0) return;
    const { releases } = this;
    if (releases.length > 0) this.releases = [];
    const sent = (): void => this.sent(length, releases);
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
    const { releases } = this;
    this.releases = [];
    if (length > 0) this.sent(length, releases);
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
