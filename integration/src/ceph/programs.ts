import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { docker, tryDocker } from '../containers/docker-cli.ts';
import { endWithParent } from '../kernel/children.ts';
import { startTime } from '../kernel/run-directory.ts';
import type { DaemonOptions } from '../peers/daemon.ts';

/** Where Ceph's programs come from: installed here, or in an image. Either way they see the cluster's directory under the same path. */
export interface CephPrograms {
  /** Command line of a program that runs to its end. */
  argv(program: string, args: readonly string[]): readonly string[];
  /** How a daemon is started that stays in the foreground. */
  daemon(name: string, argv: readonly string[]): Pick<DaemonOptions, 'argv' | 'signal'>;
  /** Nothing of it is left. */
  close(): Promise<void>;
}

export const installedPrograms: CephPrograms = {
  argv: (program, args) => [...endWithParent, program, ...args],
  daemon: (_name, argv) => ({ argv }),
  close: () => Promise.resolve(),
};

/** Container in which commands are run: its name is in this file of the cluster's directory. */
const nameFile = 'container';
const label = 'polynas.ceph.keeper';

/** The programs that commands of this cluster are run with. */
export function programsOf(directory: string): CephPrograms {
  const file = join(directory, nameFile);
  return existsSync(file) ? new ContainerPrograms(directory, '', readFileSync(file, 'utf8')) : installedPrograms;
}

/**
 * Ceph's programs in containers of one image, on this machine's network: one container for commands, one for each daemon. The kernel does not end
 * them with the process that started them; what a killed keeper left the next one removes.
 */
export class ContainerPrograms implements CephPrograms {
  readonly #directory: string;
  readonly #image: string;
  readonly #name: string;

  static async start(directory: string, image: string): Promise<ContainerPrograms> {
    await removeStale();
    const name = `polynas-ceph-${process.pid}-${startTime(process.pid) ?? ''}`;
    const programs = new ContainerPrograms(directory, image, name);
    await docker(['run', '--detach', ...programs.#options(name), '--entrypoint', 'sleep', image, 'infinity']);
    writeFileSync(join(directory, nameFile), name);
    return programs;
  }

  constructor(directory: string, image: string, name: string) {
    this.#directory = directory;
    this.#image = image;
    this.#name = name;
  }

  argv(program: string, args: readonly string[]): readonly string[] {
    return [...endWithParent, 'docker', 'exec', this.#name, program, ...args];
  }

  daemon(name: string, [program = '', ...args]: readonly string[]): Pick<DaemonOptions, 'argv' | 'signal'> {
    const container = `${this.#name}-${name}`;
    const argv = ['docker', 'run', ...this.#options(container), '--entrypoint', program, this.#image, ...args];
    return { argv, signal: (signal) => tryDocker(['kill', '--signal', signal, container]) };
  }

  async close(): Promise<void> {
    await removeContainers(`label=${label}=${owner()}`);
  }

  #options(name: string): readonly string[] {
    const mount = `${this.#directory}:${this.#directory}`;
    return [
      '--rm',
      '--name',
      name,
      '--label',
      `${label}=${owner()}`,
      '--network',
      'host',
      '--user',
      '0',
      '--volume',
      mount,
    ];
  }
}

/** This process by pid and start time. */
function owner(): string {
  return `${process.pid}-${startTime(process.pid) ?? ''}`;
}

async function removeStale(): Promise<void> {
  const owners = await docker(['ps', '--all', '--filter', `label=${label}`, '--format', `{{.Label "${label}"}}`]);
  for (const each of new Set(owners.split('\n').filter((line) => line !== ''))) {
    const [pid = '', started] = each.split('-');
    if (startTime(Number(pid)) !== started) await removeContainers(`label=${label}=${each}`);
  }
}

async function removeContainers(filter: string): Promise<void> {
  const ids = await docker(['ps', '--all', '--quiet', '--filter', filter]);
  if (ids !== '') await docker(['rm', '--force', ...ids.split('\n')]);
}
