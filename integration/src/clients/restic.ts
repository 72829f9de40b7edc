import { missingProgram } from './available.ts';
import { expectRun, type CommandOptions, type Wrap } from './command.ts';
import type { SwiftTarget } from './store-client.ts';

/** restic, its repository in a folder of a Swift container. */
export class Restic {
  readonly #options: CommandOptions;

  /** @param directory for its cache, which it wants to write to */
  constructor(target: SwiftTarget, folder: string, directory: string, wrap?: Wrap) {
    const env = {
      ST_AUTH: target.authUrl,
      ST_USER: target.user,
      ST_KEY: target.key,
      RESTIC_REPOSITORY: `swift:${target.container}:/${folder}`,
      RESTIC_PASSWORD: 'of the repository',
      RESTIC_CACHE_DIR: directory,
    };
    this.#options = { env, wrap, timeout: 600_000 };
  }

  get unavailable(): string | undefined {
    return missingProgram('restic', 'restic');
  }

  /** Any command; standard output. */
  async expect(args: readonly string[]): Promise<string> {
    return (await expectRun('restic', args, this.#options)).toString();
  }
}
