import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, createReadStream } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { endWithParent } from '../kernel/children.ts';

/** Debian's programs, and not what a version manager of this user puts before them. */
const path = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(delimiter);

/** Makes of a program and its arguments the command line that runs it where the head can be reached. */
export type Wrap = (program: string, args: readonly string[]) => readonly string[];

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; nothing when not given. */
  readonly input?: string | Buffer;
  /** Milliseconds; 180,000 when not given. */
  readonly timeout?: number;
  /** How the program is started; as it is when not given. */
  readonly wrap?: Wrap | undefined;
}

export interface Ran {
  /** 128 + signal number is not made here: a program that a signal ended has status -1. */
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Directory of a program that Debian's packages install, or undefined. */
export function programPath(program: string): string | undefined {
  return path
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for us
  }
}

/** Runs a program to its end, whatever its status is. It ends with this process. */
export async function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  const stdout: Buffer[] = [];
  const { status, stderr } = await follow(program, args, options, (chunk) => void stdout.push(chunk));
  return { status, stdout: Buffer.concat(stdout), stderr };
}

/** Like `run`; a status other than 0 is an error that shows what the program said. Returns standard output. */
export async function expectRun(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Buffer> {
  const { status, stdout, stderr } = await run(program, args, options);
  if (status !== 0) throw new Error(failure(program, args, status, `${stdout.toString()}${stderr}`));
  return stdout;
}

/** SHA-256 in hexadecimal of what a program writes to standard output; the bytes are not kept. */
export async function outputSum(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const hash = createHash('sha256');
  const { status, stderr } = await follow(program, args, options, (chunk) => void hash.update(chunk));
  if (status !== 0) throw new Error(failure(program, args, status, stderr));
  return hash.digest('hex');
}

/** SHA-256 in hexadecimal of a stream or of a file of this machine. */
export async function sha256(source: Readable | string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of typeof source === 'string' ? createReadStream(source) : source)
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function failure(program: string, args: readonly string[], status: number, said: string): string {
  return `${[program, ...args].join(' ')}: status ${status}\n${said.slice(-4000)}`;
}

function follow(
  program: string,
  args: readonly string[],
  options: CommandOptions,
  onOutput: (chunk: Buffer) => void,
): Promise<{ status: number; stderr: string }> {
  const [first = '', ...rest] = [...endWithParent, ...(options.wrap ?? plain)(programPath(program) ?? program, args)];
  const child = spawn(first, rest, {
    env: { PATH: path, HOME: '/nonexistent', LC_ALL: 'C.UTF-8', ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeout ?? 180_000,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stdout.on('data', onOutput);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-20_000)));
  // A program that does not read its input says so by its status.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? -1, stderr }));
  });
}

const plain: Wrap = (program, args) => [program, ...args];
