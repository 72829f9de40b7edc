import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { endWithParent } from '../kernel/children.ts';

const execute = promisify(execFile);

/** Ceph's command line programs against one cluster. */
export class CephCommands {
  readonly #configuration: string;

  constructor(configuration: string) {
    this.#configuration = configuration;
  }

  /** `ceph …`: its standard output. */
  ceph(...args: string[]): Promise<string> {
    return run('ceph', ['-c', this.#configuration, '--connect-timeout', '20', ...args]);
  }

  /** `ceph … --format json`, parsed. */
  async json(...args: string[]): Promise<unknown> {
    const output = await this.ceph(...args, '--format', 'json');
    return JSON.parse(output) as unknown;
  }

  /** `radosgw-admin …`: its standard output. */
  radosgwAdmin(...args: string[]): Promise<string> {
    return run('radosgw-admin', ['-c', this.#configuration, ...args]);
  }
}

/** Runs one program to its end, without a standard input; rejected with its error output when it fails. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const [first = '', ...rest] = [...endWithParent, program, ...args];
  const { stdout } = await execute(first, rest, { timeout: 90_000, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}
