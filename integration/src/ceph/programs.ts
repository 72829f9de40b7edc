import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endWithParent } from '../kernel/children.ts';
import { Daemon } from '../peers/daemon.ts';
import { ContainerPrograms } from './container-programs.ts';
import type { CephPrograms } from './ceph-programs.ts';

const execute = promisify(execFile);

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
