import { missingProgram } from './available.ts';
import { expectRun, outputSum, run, type CommandOptions, type Ran, type Wrap } from './command.ts';
import type { StoreClient, SwiftTarget } from './store-client.ts';

/** OpenStack's own client: the program `swift` of python-swiftclient. */
export class SwiftCli implements StoreClient {
  readonly name = 'swift';
  readonly door = 'swift';
  readonly #container: string;
  readonly #options: CommandOptions;

  constructor(target: SwiftTarget, wrap?: Wrap) {
    this.#container = target.container;
    const env = { ST_AUTH_VERSION: '1.0', ST_AUTH: target.authUrl, ST_USER: target.user, ST_KEY: target.key };
    this.#options = { env, wrap };
  }

  get unavailable(): string | undefined {
    return missingProgram('swift', 'python3-swiftclient');
  }

  async put(file: string, path: string): Promise<void> {
    await this.expect(['upload', '--object-name', path, this.#container, file]);
  }

  /** Compares the ETag with the bytes that came, as `swift download` always does. */
  sum(path: string): Promise<string> {
    return outputSum('swift', ['--retries', '0', 'download', '--output', '-', this.#container, path], this.#options);
  }

  /** Any command; standard output. */
  async expect(args: readonly string[]): Promise<string> {
    return (await expectRun('swift', ['--retries', '0', ...args], this.#options)).toString();
  }

  /** Any command, whatever becomes of it. */
  run(args: readonly string[]): Promise<Ran> {
    return run('swift', ['--retries', '0', ...args], this.#options);
  }
}
