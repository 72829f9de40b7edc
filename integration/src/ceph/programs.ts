import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endWithParent } from '../kernel/children.ts';
import { Daemon } from '../peers/daemon.ts';
import { ContainerPrograms } from './container-programs.ts';

const execute = promisify(execFile);

/** A daemon of the cluster, wherever it runs. */
export interface CephDaemon {
  /** Of its process on this machine. */
  readonly pid: number;
  /** @throws Error with the end of its log when it has ended */
  assertAlive(): void;
  /** Waits until it answers at a port of the loopback address. */
  listening(port: number, seconds?: number): Promise<void>;
  /** SIGKILL: as a power cut of this daemon alone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL for one that is still there after `seconds`. */
  stop(seconds?: number): Promise<void>;
}

/** Where Ceph's programs come from: installed here, or in an image. Either way they see the cluster's directory under the same path. */
export interface CephPrograms {
  /** Runs a program to its end, without a standard input; rejected with its error output when it fails. Its standard output. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Starts a program that stays in the foreground. @param log file that takes its standard output and error */
  daemon(name: string, argv: readonly string[], log: string): CephDaemon;
  /** Nothing of it is left. */
  close(): Promise<void>;
}

export const installedPrograms: CephPrograms = {
  async run(program, args) {
    const [first = '', ...rest] = [...endWithParent, program, ...args];
    const { stdout } = await execute(first, rest, { timeout: 90_000, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  },
  daemon: (name, argv, log) => new Daemon({ name, argv, log }),
  close: () => Promise.resolve(),
};

/** Container in which commands are run: its id is in this file of the cluster's directory. */
export const containerFile = (directory: string): string => join(directory, 'container');

/** The programs that commands of this cluster are run with. */
export function programsOf(directory: string): CephPrograms {
  const file = containerFile(directory);
  return existsSync(file) ? ContainerPrograms.of(directory, readFileSync(file, 'utf8')) : installedPrograms;
}
