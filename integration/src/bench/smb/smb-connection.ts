import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { SessionKeys } from './session-keys.ts';

/** Bytes of the SMB2 header (MS-SMB2 2.2.1). */
export const HEADER = 64;
const STATUS_PENDING = 0x103;
const FLAG_RELATED = 0x4;
const FLAG_SIGNED = 0x8;
const SEALED = 0x424d_53fd;

/** Commands that the loads are made of (MS-SMB2 2.2.1.2). */
export const command = {
  negotiate: 0,
  sessionSetup: 1,
  logoff: 2,
  treeConnect: 3,
  treeDisconnect: 4,
  create: 5,
  close: 6,
  flush: 7,
  read: 8,
  write: 9,
  lock: 10,
  echo: 13,
  queryDirectory: 14,
  queryInfo: 16,
} as const;

export interface SmbRequest {
  readonly command: number;
  /** From StructureSize on. */
  readonly body: Buffer;
  /** Sent behind the body, uncopied. */
  readonly payload?: Buffer;
  /** Credits that it costs: one for each 64 KiB of the larger of its two messages. */
  readonly charge?: number;
}

interface Waiting {
  readonly resolve: (message: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The load generator's own SMB 3.1.1 over one TCP connection: as many requests at once as the server gives credits for, those
 * of one turn of the event loop written together. It shares no code with the server that is measured, and leaves out
 * what costs and does not matter here (signatures of ordinary answers are not checked, nothing is reconnected).
 */
export class SmbConnection {
  /** Fields of the header, filled in as the session is made. */
  treeId = 0;
  readonly sessionId = Buffer.alloc(8);
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #queue: { readonly cost: number; readonly send: () => void }[] = [];
  #keys: SessionKeys | undefined;
  #sealed = false;
  #credits = 1;
  #messageId = 0;
  #corked = false;
  #failure: Error | undefined;
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #needed = 4;

  static async connect(port: number): Promise<SmbConnection> {
    const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new SmbConnection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** From now on each request is signed, or with `sealed` encrypted. */
  protect(keys: SessionKeys, sealed: boolean): void {
    this.#keys = keys;
    this.#sealed = sealed;
  }

  /** The whole answer, header included; it may share memory with others. Its status is the caller's business. */
  request(request: SmbRequest, onSent?: (message: Buffer) => void): Promise<Buffer> {
    return this.#exchange([request], onSent)[0]!;
  }

  /** Several requests in one message, each on the open of the one before: an answer for each. */
  related(requests: readonly SmbRequest[]): Promise<Buffer[]> {
    return Promise.all(this.#exchange(requests));
  }

  /** From now on answers stay where they are: with the kernel, and then with the server. */
  stopReading(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
    this.#fail(new Error('closed'));
  }

  #exchange(requests: readonly SmbRequest[], onSent?: (message: Buffer) => void): Promise<Buffer>[] {
    const cost = requests.reduce((sum, { charge = 1 }) => sum + charge, 0);
    const slots = requests.map(() => Promise.withResolvers<Buffer>());
    const failure = this.#failure;
    if (failure !== undefined) return requests.map(() => Promise.reject(failure));
    const send = (): void => {
      this.#credits -= cost;
      const parts = this.#encode(requests, slots);
      onSent?.(parts[0]!);
      this.#write(this.#sealed && this.#keys !== undefined ? this.#keys.seal(parts) : parts);
    };
    if (this.#queue.length === 0 && this.#credits >= cost) send();
    else this.#queue.push({ cost, send });
    return slots.map(({ promise }) => promise);
  }

  #encode(requests: readonly SmbRequest[], slots: readonly Waiting[]): Buffer[] {
    const all: Buffer[] = [];
    for (const [index, { command: code, body, payload, charge = 1 }] of requests.entries()) {
      const last = index === requests.length - 1;
      const padding = last ? 0 : -(HEADER + body.length) & 7;
      const head = Buffer.alloc(HEADER + body.length + padding);
      body.copy(head, HEADER);
      head.writeUInt32LE(0x424d_53fe, 0);
      head.writeUInt16LE(HEADER, 4);
      head.writeUInt16LE(charge, 6);
      head.writeUInt16LE(code, 12);
      // What it costs comes back, and more until there is enough for all that are ever in flight.
      head.writeUInt16LE(Math.min(charge + 64, 512), 14);
      const sign = this.#keys !== undefined && !this.#sealed;
      head.writeUInt32LE((index > 0 ? FLAG_RELATED : 0) | (sign ? FLAG_SIGNED : 0), 16);
      if (!last) head.writeUInt32LE(head.length, 20);
      head.writeUInt32LE(this.#messageId, 24);
      head.writeUInt32LE(this.treeId, 36);
      this.sessionId.copy(head, 40);
      this.#waiting.set(this.#messageId, slots[index]!);
      this.#messageId += charge;
      const parts = payload === undefined ? [head] : [head, payload];
      if (sign) this.#keys?.sign(parts);
      all.push(...parts);
    }
    return all;
  }

  #write(parts: readonly Buffer[]): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    const frame = Buffer.allocUnsafe(4);
    frame.writeUInt32BE(
      parts.reduce((sum, { length }) => sum + length, 0),
      0,
    );
    this.#socket.write(frame);
    for (const part of parts) this.#socket.write(part);
  }

  #onData(chunk: Buffer): void {
    this.#partial.push(chunk);
    this.#partialBytes += chunk.length;
    if (this.#partialBytes < this.#needed) return;
    const bytes = this.#partial.length === 1 ? chunk : Buffer.concat(this.#partial);
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      this.#needed = 4;
      if (left < 4) break;
      this.#needed = 4 + bytes.readUInt32BE(at);
      if (left < this.#needed) break;
      this.#onFrame(bytes.subarray(at + 4, at + this.#needed));
      at += this.#needed;
    }
    this.#partial = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#partialBytes = bytes.length - at;
  }

  #onFrame(frame: Buffer): void {
    let message = frame.readUInt32LE(0) === SEALED && this.#keys !== undefined ? this.#keys.open(frame) : frame;
    for (;;) {
      const next = message.readUInt32LE(20);
      this.#onMessage(next === 0 ? message : message.subarray(0, next));
      if (next === 0) break;
      message = message.subarray(next);
    }
    while (this.#queue.length > 0 && this.#queue[0]!.cost <= this.#credits) this.#queue.shift()!.send();
  }

  #onMessage(message: Buffer): void {
    this.#credits += message.readUInt16LE(14);
    // An interim answer: the real one has the same number.
    if (message.readUInt32LE(8) === STATUS_PENDING) return;
    const id = message.readUInt32LE(24);
    this.#waiting.get(id)?.resolve(message);
    this.#waiting.delete(id);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
