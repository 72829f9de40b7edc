import { dirname } from 'node:path';
import type { CephPrograms } from './ceph-programs.ts';
import { installedPrograms, programsOf } from './programs.ts';

/** Ceph's command line programs against one cluster. */
export class CephCommands {
  readonly #configuration: string;
  readonly #programs: CephPrograms;

  constructor(configuration: string, programs = programsOf(dirname(configuration))) {
    this.#configuration = configuration;
    this.#programs = programs;
  }

  /** `ceph …`: its standard output. */
  ceph(...args: string[]): Promise<string> {
    return this.run('ceph', ['-c', this.#configuration, '--connect-timeout', '20', ...args]);
  }

  /** `ceph … --format json`, parsed. */
  async json(...args: string[]): Promise<unknown> {
    const output = await this.ceph(...args, '--format', 'json');
    return JSON.parse(output) as unknown;
  }

  /** `radosgw-admin …`: its standard output. */
  radosgwAdmin(...args: string[]): Promise<string> {
    return this.run('radosgw-admin', ['-c', this.#configuration, ...args]);
  }

  /** {@link run} of one of Ceph's programs, wherever they are. */
  run(program: string, args: readonly string[]): Promise<string> {
    return this.#programs.run(program, args);
  }
}

/** Runs one program to its end, without a standard input; rejected with its error output when it fails. Its standard output. */
export function run(program: string, args: readonly string[]): Promise<string> {
  return installedPrograms.run(program, args);
}
