import { createConnection, type Socket } from 'node:net';
import type { Reader } from '@polynas/core/wire';
import { RecordAssembler } from '../rpc/record-assembler.ts';

/** A peer that sends whatever bytes it likes and collects the records that come back. */
export class RawPeer {
  readonly socket: Socket;
  private readonly assembler = new RecordAssembler({ maxRecord: 1 << 24, maxFragments: 1 });
  private readonly records: string[] = [];
  private waiting: (() => void)[] = [];
  /** Chunks in which the replies came. */
  chunks = 0;
  closed = false;

  static async connect(port: number): Promise<RawPeer> {
    const socket = createConnection({ host: '127.0.0.1', port });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay(true);
    return new RawPeer(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.chunks++;
      this.assembler.push(chunk);
      for (let r: Reader | undefined = this.assembler.take(); r !== undefined; r = this.assembler.take()) {
        this.records.push(Buffer.from(r.bytes(r.remaining)).toString('hex'));
      }
      this.wake();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  send(...parts: (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part))));
  }

  /** The next reply as hex. */
  async next(): Promise<string> {
    for (;;) {
      const record = this.records.shift();
      if (record !== undefined) return record;
      if (this.closed) throw new Error('closed');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async whenClosed(): Promise<void> {
    while (!this.closed) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
