import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endedWithin, endNow, endWithParent, hasEnded } from '../kernel/children.ts';

export interface DaemonOptions {
  /** For messages. */
  readonly name: string;
  /** Program and arguments; it stays in the foreground. */
  readonly argv: readonly string[];
  /** File that takes its standard output and error. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A server of a bench or a test. The kernel ends it with this process, however this process ends. */
export class Daemon {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #log: string;

  constructor(options: DaemonOptions) {
    this.name = options.name;
    this.#log = options.log;
    const out = openSync(options.log, 'a');
    const [program = '', ...args] = [...endWithParent, ...options.argv];
    this.#child = spawn(program, args, {
      stdio: ['ignore', out, out],
      ...(options.env && { env: options.env }),
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    });
    // Ended by `assertAlive`, which every wait calls; without a listener the error would end this process.
    this.#child.on('error', () => undefined);
    closeSync(out);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start: see ${this.#log}`);
    return this.#child.pid;
  }

  /** @throws Error with the end of its log when it has ended */
  assertAlive(): void {
    if (this.#child.pid !== undefined && !hasEnded(this.#child)) return;
    throw new Error(
      `${this.name} ended (${this.#child.exitCode ?? this.#child.signalCode ?? 'not started'}):\n${this.#tail()}`,
    );
  }

  /** Waits until `ready` resolves to true; polls every 50 ms. */
  async until(what: string, ready: () => Promise<boolean>, seconds = 60): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (!(await ready())) {
      this.assertAlive();
      if (performance.now() > end) throw new Error(`${this.name}: not ${what} within ${seconds} s:\n${this.#tail()}`);
      await sleep(50);
    }
  }

  listening(port: number, seconds?: number): Promise<void> {
    return this.until(`listening on port ${port}`, () => answers(port), seconds);
  }

  /** The last lines of its log, for messages: the file may be gone when they are read. */
  #tail(): string {
    return readFileSync(this.#log, 'utf8').trim().split('\n').slice(-8).join('\n');
  }

  /** SIGKILL: as a power cut of this process alone. */
  async kill(): Promise<void> {
    await endNow(this.#child);
  }

  /** SIGTERM, and SIGKILL for one that is still there after `seconds`. */
  async stop(seconds = 10): Promise<void> {
    if (hasEnded(this.#child) || this.#child.pid === undefined) return;
    this.#child.kill('SIGTERM');
    if (!(await endedWithin(this.#child, seconds * 1000))) await this.kill();
  }
}

/** Whether somebody listens at a port of the loopback address. */
export async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // refused: not yet
  } finally {
    socket.destroy();
  }
}

/** TCP ports of the loopback address that nobody uses now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
