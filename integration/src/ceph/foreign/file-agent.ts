import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The program, which needs Python and nothing else. */
export const agentProgram = fileURLToPath(new URL('../../../ceph/file-agent.py', import.meta.url));

export interface FileStatus {
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly ino: string;
  /** Nanoseconds since 1970, decimal. */
  readonly modified: string;
}

/** An open(2) of the agent. */
export type AgentFile = number;
/** Of open(2), without `O_`. */
export type OpenFlag = 'RDONLY' | 'WRONLY' | 'RDWR' | 'CREAT' | 'EXCL' | 'TRUNC' | 'APPEND';
export type LockKind = 'shared' | 'exclusive' | 'unlock';

/** What a system call was refused with, by name: `ENOENT`. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Answer {
  readonly value?: unknown;
  readonly error?: string;
  readonly message?: string;
}

/** Files of a mount, by the system calls of the machine that has it: integration/ceph/file-agent.py, one call at a time. */
export class FileAgent {
  readonly #input: Writable;
  readonly #waiting: PromiseWithResolvers<Answer>[] = [];

  /** Resolves when the program is there. @param said what it wrote to standard error, for the message when it ends */
  static async on(output: Readable, input: Writable, said: () => string): Promise<FileAgent> {
    const agent = new FileAgent(output, input, said);
    await agent.#next();
    return agent;
  }

  private constructor(output: Readable, input: Writable, said: () => string) {
    this.#input = input;
    input.on('error', () => undefined); // it ended; 'close' below tells why
    createInterface({ input: output }).on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line) as Answer));
    output.once('close', () => {
      for (const each of this.#waiting.splice(0)) each.reject(new Error(`the file agent ended\n${said()}`));
    });
  }

  open(path: string, ...flags: readonly OpenFlag[]): Promise<AgentFile> {
    return this.#call('open', path, ...flags) as Promise<AgentFile>;
  }

  close(file: AgentFile): Promise<unknown> {
    return this.#call('close', file);
  }

  async read(file: AgentFile, offset = 0, size = 65_536): Promise<string> {
    return Buffer.from((await this.#call('read', file, offset, size)) as string, 'base64').toString();
  }

  write(file: AgentFile, offset: number, data: string): Promise<unknown> {
    return this.#call('write', file, offset, Buffer.from(data).toString('base64'));
  }

  sync(file: AgentFile): Promise<unknown> {
    return this.#call('sync', file);
  }

  stat(path: string): Promise<FileStatus> {
    return this.#call('stat', path) as Promise<FileStatus>;
  }

  fstat(file: AgentFile): Promise<FileStatus> {
    return this.#call('fstat', file) as Promise<FileStatus>;
  }

  /** Without waiting: false when somebody has a lock in its way. @param length 0: to the end, wherever that is */
  lock(file: AgentFile, kind: LockKind, start = 0, length = 0): Promise<boolean> {
    return this.#call('lock', file, kind, start, length) as Promise<boolean>;
  }

  /** Raises the number in a file that often, each time under a lock. */
  count(path: string, rounds: number): Promise<unknown> {
    return this.#call('count', path, rounds);
  }

  chmod(path: string, mode: number): Promise<unknown> {
    return this.#call('chmod', path, mode);
  }

  chown(path: string, uid: number, gid: number): Promise<unknown> {
    return this.#call('chown', path, uid, gid);
  }

  utime(path: string, nanoseconds: string): Promise<unknown> {
    return this.#call('utime', path, nanoseconds);
  }

  truncate(path: string, size: number): Promise<unknown> {
    return this.#call('truncate', path, size);
  }

  rename(from: string, to: string): Promise<unknown> {
    return this.#call('rename', from, to);
  }

  unlink(path: string): Promise<unknown> {
    return this.#call('unlink', path);
  }

  link(path: string, other: string): Promise<unknown> {
    return this.#call('link', path, other);
  }

  mkdir(path: string): Promise<unknown> {
    return this.#call('mkdir', path);
  }

  rmdir(path: string): Promise<unknown> {
    return this.#call('rmdir', path);
  }

  list(path: string): Promise<string[]> {
    return this.#call('list', path) as Promise<string[]>;
  }

  /** A whole file: open, read, close. */
  async contents(path: string): Promise<string> {
    const file = await this.open(path, 'RDONLY');
    try {
      return await this.read(file);
    } finally {
      await this.close(file);
    }
  }

  /** Makes a file or cuts it to nothing, writes and closes it; nothing is synced. */
  async put(path: string, data: string): Promise<void> {
    const file = await this.open(path, 'WRONLY', 'CREAT', 'TRUNC');
    await this.write(file, 0, data);
    await this.close(file);
  }

  /** The program ends by itself when it has nothing more to do. */
  end(): void {
    this.#input.end();
  }

  async #call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    this.#input.write(`${JSON.stringify([name, args])}\n`);
    const { value, error, message = '' } = await this.#next();
    if (error !== undefined) throw new AgentError(error, `${name} ${JSON.stringify(args)}: ${message}`);
    return value;
  }

  #next(): Promise<Answer> {
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }
}
