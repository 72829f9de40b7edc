import { missingProgram } from './available.ts';
import { expectRun, outputSum, type CommandOptions, type Wrap } from './command.ts';
import { region, type S3Target, type StoreClient } from './store-client.ts';

/** s3cmd, all of it by options. */
export class S3cmd implements StoreClient {
  readonly name = 's3cmd';
  readonly door = 's3';
  readonly #target: S3Target;
  readonly #options: CommandOptions;

  constructor(target: S3Target, wrap?: Wrap) {
    this.#target = target;
    this.#options = { wrap };
  }

  get unavailable(): string | undefined {
    return missingProgram('s3cmd', 's3cmd');
  }

  async put(file: string, path: string): Promise<void> {
    await this.expect(['put', file, this.#url(path)]);
  }

  sum(path: string): Promise<string> {
    return outputSum('s3cmd', this.#args(['get', this.#url(path), '-']), this.#options);
  }

  /** Any command; standard output. */
  async expect(args: readonly string[]): Promise<string> {
    return (await expectRun('s3cmd', this.#args(args), this.#options)).toString();
  }

  #url(path: string): string {
    return `s3://${this.#target.bucket}/${path}`;
  }

  #args(args: readonly string[]): string[] {
    const { endpoint, accessKeyId, secretAccessKey } = this.#target;
    const { host } = new URL(endpoint);
    const access = [`--access_key=${accessKeyId}`, `--secret_key=${secretAccessKey}`, `--region=${region}`];
    // A host for buckets without a place for their name means: path style.
    const place = [`--host=${host}`, `--host-bucket=${host}`, '--no-ssl', '--config=/dev/null'];
    return [...access, ...place, '--no-progress', '--quiet', ...args];
  }
}
