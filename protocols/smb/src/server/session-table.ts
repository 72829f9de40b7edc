import type { LiveSession } from './live-session.ts';

/** GlobalSessionTable (MS-SMB2 3.3.1.1): the sessions of all connections, for clients that come again by another one. */
export class SessionTable {
  private readonly sessions = new Map<bigint, LiveSession>();
  private readonly reserved = new Set<bigint>();
  private readonly random: (length: number) => Uint8Array;

  constructor(random: (length: number) => Uint8Array) {
    this.random = random;
  }

  get size(): number {
    return this.sessions.size;
  }

  /** A SessionId that nobody has: no secret, but hardly ever one that a client remembers from a life before. Of 32 bits, as there are clients that keep no more. */
  newId(): bigint {
    for (;;) {
      const bytes = this.random(4);
      const id = BigInt(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
      if (id === 0n || this.sessions.has(id) || this.reserved.has(id)) continue;
      this.reserved.add(id);
      return id;
    }
  }

  /** An authentication came to nothing. */
  release(id: bigint): void {
    this.reserved.delete(id);
  }

  find(id: bigint): LiveSession | undefined {
    return this.sessions.get(id);
  }

  add(session: LiveSession): void {
    this.reserved.delete(session.id);
    this.sessions.set(session.id, session);
  }

  remove(session: LiveSession): void {
    this.sessions.delete(session.id);
  }

  values(): Iterable<LiveSession> {
    return this.sessions.values();
  }
}
