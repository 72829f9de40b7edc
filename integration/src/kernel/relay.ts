import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { endNow, start } from './children.ts';
import { serverAddress } from './network.ts';
import type { Network } from './network.ts';
import { join } from './relay-join.ts';

/** Where a relay listens and where it leads to. */
export interface RelayRoute {
  /** Port at 10.0.2.2 inside the private network. */
  readonly port: number;
  /** Port at 127.0.0.1 outside. */
  readonly targetPort: number;
}

/**
 * Carries TCP from the private network to 127.0.0.1 outside. A Unix socket joins the halves, because such sockets
 * are found by path and do not care for network namespaces. The server sees 127.0.0.1 and an unprivileged port.
 */
export class Relay {
  readonly #outer: Server;
  readonly #inner: ChildProcess;

  private constructor(outer: Server, inner: ChildProcess) {
    this.#outer = outer;
    this.#inner = inner;
  }

  static async open(
    network: Network,
    route: RelayRoute,
    socketPath: string,
    note: (pid: number) => void,
  ): Promise<Relay> {
    const outer = createServer({ allowHalfOpen: true }, (inside) => {
      join(inside, connect({ host: '127.0.0.1', port: route.targetPort, allowHalfOpen: true, noDelay: true }));
    });
    outer.listen(socketPath);
    await once(outer, 'listening');
    const program = fileURLToPath(new URL('./relay-process.ts', import.meta.url));
    const args = [program, serverAddress, String(route.port), socketPath];
    const inner = start(network.command(process.execPath, args), { stdio: ['ignore', 'pipe', 'inherit'] });
    if (inner.pid !== undefined) note(inner.pid);
    const relay = new Relay(outer, inner);
    const listening = await Promise.race([
      once(inner.stdout!, 'data').then(() => true),
      once(inner, 'exit').then(() => false),
    ]);
    if (!listening) {
      await relay.close();
      throw new Error(`relay of port ${route.port} did not start`);
    }
    return relay;
  }

  async close(): Promise<void> {
    await endNow(this.#inner); // its connections break, and with them the outer halves
    await new Promise<void>((resolve) => this.#outer.close(() => resolve()));
  }
}
