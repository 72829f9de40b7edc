import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';

/** A session as a client sent it: the bytes of one connection, in the pieces in which they came. */
export type Session = readonly Buffer[];

/** Stands before a port of 127.0.0.1 and keeps what clients send. */
export class RecordingProxy {
  readonly sessions: Buffer[][] = [];
  readonly #server: Server;

  private constructor(targetPort: number) {
    this.#server = createServer((client) => {
      const session: Buffer[] = [];
      this.sessions.push(session);
      const server = connect({ host: '127.0.0.1', port: targetPort });
      client.on('data', (bytes: Buffer) => session.push(bytes));
      client.pipe(server).pipe(client);
      // Either end may break off; the other one is told by closing it.
      client.on('error', () => server.destroy());
      server.on('error', () => client.destroy());
    });
  }

  static async open(targetPort: number): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }
}
