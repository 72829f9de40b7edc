import { missingProgram } from './available.ts';
import { expectRun, outputSum, run, type CommandOptions, type Ran, type Wrap } from './command.ts';
import { region, type S3Target, type StoreClient } from './store-client.ts';

/** rclone, its remote `door:` given by the environment. */
export class Rclone implements StoreClient {
  readonly name = 'rclone';
  readonly door = 's3';
  readonly #bucket: string;
  readonly #options: CommandOptions;

  constructor(target: S3Target, wrap?: Wrap) {
    this.#bucket = target.bucket;
    const env = {
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_DOOR_TYPE: 's3',
      RCLONE_CONFIG_DOOR_PROVIDER: 'Other',
      RCLONE_CONFIG_DOOR_ENDPOINT: target.endpoint,
      RCLONE_CONFIG_DOOR_ACCESS_KEY_ID: target.accessKeyId,
      RCLONE_CONFIG_DOOR_SECRET_ACCESS_KEY: target.secretAccessKey,
      RCLONE_CONFIG_DOOR_REGION: region,
      RCLONE_CONFIG_DOOR_FORCE_PATH_STYLE: 'true',
      RCLONE_CONFIG_DOOR_NO_CHECK_BUCKET: 'true',
      RCLONE_RETRIES: '1',
      RCLONE_LOW_LEVEL_RETRIES: '1',
    };
    this.#options = { env, wrap, timeout: 600_000 };
  }

  get unavailable(): string | undefined {
    return missingProgram('rclone', 'rclone');
  }

  async put(file: string, path: string): Promise<void> {
    await this.expect(['copyto', file, this.remote(path)]);
  }

  sum(path: string): Promise<string> {
    return outputSum('rclone', ['cat', this.remote(path)], this.#options);
  }

  remote(path: string): string {
    return `door:${this.#bucket}/${path}`;
  }

  /** Any command; standard output. */
  async expect(args: readonly string[]): Promise<string> {
    return (await expectRun('rclone', args, this.#options)).toString();
  }

  /** Any command, whatever becomes of it. */
  run(args: readonly string[]): Promise<Ran> {
    return run('rclone', args, this.#options);
  }
}
