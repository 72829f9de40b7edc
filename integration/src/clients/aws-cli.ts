import { missingProgram } from './available.ts';
import { expectRun, outputSum, run, type CommandOptions, type Ran, type Wrap } from './command.ts';
import { region, type S3Target, type StoreClient } from './store-client.ts';

/** The AWS CLI, with no configuration of this machine. */
export class AwsCli implements StoreClient {
  readonly name = 'aws';
  readonly door = 's3';
  readonly #target: S3Target;
  readonly #options: CommandOptions;

  constructor(target: S3Target, wrap?: Wrap) {
    this.#target = target;
    const env = {
      AWS_ACCESS_KEY_ID: target.accessKeyId,
      AWS_SECRET_ACCESS_KEY: target.secretAccessKey,
      AWS_DEFAULT_REGION: region,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_PAGER: '',
    };
    this.#options = { env, wrap };
  }

  get unavailable(): string | undefined {
    return missingProgram('aws', 'awscli');
  }

  async put(file: string, path: string): Promise<void> {
    await this.s3(['cp', '--only-show-errors', file, this.#url(path)]);
  }

  sum(path: string): Promise<string> {
    return outputSum('aws', this.#args(['s3', 'cp', '--only-show-errors', this.#url(path), '-']), this.#options);
  }

  /** `aws s3 …`; standard output. */
  async s3(args: readonly string[]): Promise<string> {
    return (await expectRun('aws', this.#args(['s3', ...args]), this.#options)).toString();
  }

  /** `aws s3api …`, whatever becomes of it. */
  api(operation: string, args: readonly string[]): Promise<Ran> {
    const all = ['s3api', operation, '--bucket', this.#target.bucket, '--output', 'json', ...args];
    return run('aws', this.#args(all), this.#options);
  }

  #url(path: string): string {
    return `s3://${this.#target.bucket}/${path}`;
  }

  #args(args: readonly string[]): string[] {
    return ['--endpoint-url', this.#target.endpoint, ...args];
  }
}
