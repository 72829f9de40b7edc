import { createConnection, createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import type { CephCluster } from './cluster.ts';

/** What a test may do to a daemon (`mon.a`, `mgr.x`, `osd.0` …, `mds.a`): SIGKILL, SIGTERM, start it again. `discard` ends everything. */
export type ControlAction = 'kill' | 'end' | 'again' | 'discard';

interface Request {
  readonly action: ControlAction;
  readonly daemon: string;
}

interface Answer {
  readonly error?: string;
}

/**
 * Serves the cluster's control on a Unix socket: one JSON request a connection and line. `discarded` is called after the answer to
 * `discard`.
 */
export function serveControl(cluster: CephCluster, socketPath: string, discarded: () => void): Server {
  const server = createServer((socket) => {
    // A client that is gone needs no answer.
    socket.on('error', () => undefined);
    createInterface({ input: socket }).once('line', (line) => {
      void act(cluster, line).then((answer) => {
        socket.end(`${JSON.stringify(answer)}\n`);
        if (line.includes('"discard"')) discarded();
      });
    });
  });
  return server.listen(socketPath);
}

async function act(cluster: CephCluster, line: string): Promise<Answer> {
  try {
    const { action, daemon } = JSON.parse(line) as Request;
    if (action === 'kill') await cluster.kill(daemon);
    else if (action === 'end') await cluster.end(daemon);
    else if (action === 'again') cluster.again(daemon);
    else await cluster.discard();
    return {};
  } catch (error) {
    return { error: String(error) };
  }
}

/** Asks the keeper of a cluster to do something; resolves when it is done. */
export function control(socketPath: string, action: ControlAction, daemon = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`the keeper of the cluster gave no answer to ${action} ${daemon}`)));
    socket.write(`${JSON.stringify({ action, daemon } satisfies Request)}\n`);
    createInterface({ input: socket }).once('line', (line) => {
      const { error } = JSON.parse(line) as Answer;
      if (error === undefined) resolve();
      else reject(new Error(error));
      socket.destroy();
    });
  });
}
