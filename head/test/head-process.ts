import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../src/cli/program.ts';

const program = fileURLToPath(new URL('../bin/polynas.js', import.meta.url));

const given = new Set<number>();

/** A port that is free and that this process was not given before: the system hands a closed one out again at once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

/** A head started as a user starts it. */
export class HeadProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(cwd: string, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
    const { PATH = '' } = process.env;
    this.child = spawn(process.execPath, [program, 'serve', ...args], {
      cwd,
      env: { PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  /** Waits until the log says `ready` and the banner, which goes another way, is here up to its last line. */
  async ready(): Promise<this> {
    while (!this.stderr.includes('"msg":"ready"') || !/^ {2}npx polynas status.*\n/m.test(this.stdout)) {
      if (this.child.exitCode !== null) throw new Error(`the head ended: ${this.stderr}`);
      const { stdout, stderr } = this.child;
      await Promise.race([
        once(stderr ?? this.child, 'data'),
        once(stdout ?? this.child, 'data'),
        once(this.child, 'exit'),
      ]);
    }
    return this;
  }

  /** Sends a signal, and resolves to the exit code or the signal that ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null)
      return this.child.exitCode ?? this.child.signalCode;
    const exit = once(this.child, 'close') as Promise<[number | null, string | null]>;
    this.child.kill(signal);
    const [code, by] = await exit;
    return code ?? by;
  }

  /** Log lines, parsed. */
  log(): Record<string, unknown>[] {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of `polynas` in this process. */
export async function polynas(cwd: string, args: readonly string[], stdin = ''): Promise<Answer> {
  let out = '';
  let err = '';
  const input = new PassThrough();
  input.end(stdin);
  const code = await run(args, {
    cwd,
    environment: {},
    stdin: input as unknown as NodeJS.ReadStream,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}
