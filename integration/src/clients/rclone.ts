import { missingProgram } from './available.ts';
import { expectRun, outputSum, run, type CommandOptions, type Ran, type Wrap } from './command.ts';
import {
  region,
  type DoorName,
  type S3Target,
  type SmbTarget,
  type StoreClient,
  type SwiftTarget,
} from './store-client.ts';

/** What rclone calls a remote: its settings by name, and what stands before each path. */
interface Remote {
  readonly name: string;
  readonly door: DoorName;
  readonly settings: Readonly<Record<string, string>>;
  readonly root: string;
}

/** rclone, its remote `door:` given by the environment. */
export class Rclone implements StoreClient {
  readonly name: string;
  readonly door: DoorName;
  readonly #root: string;
  readonly #options: CommandOptions;

  private constructor({ name, door, settings, root }: Remote, wrap: Wrap | undefined) {
    this.name = name;
    this.door = door;
    this.#root = root;
    const remote = Object.entries(settings).map(([key, value]) => [`RCLONE_CONFIG_DOOR_${key.toUpperCase()}`, value]);
    const env = {
      RCLONE_CONFIG: '/dev/null',
      RCLONE_RETRIES: '1',
      RCLONE_LOW_LEVEL_RETRIES: '1',
      ...(Object.fromEntries(remote) as Record<string, string>),
    };
    this.#options = { env, wrap, timeout: 600_000 };
  }

  static s3(target: S3Target, wrap?: Wrap): Rclone {
    const settings = {
      type: 's3',
      provider: 'Other',
      endpoint: target.endpoint,
      access_key_id: target.accessKeyId,
      secret_access_key: target.secretAccessKey,
      region,
      force_path_style: 'true',
      no_check_bucket: 'true',
    };
    return new Rclone({ name: 'rclone', door: 's3', settings, root: target.bucket }, wrap);
  }

  static async smb(target: SmbTarget, wrap?: Wrap): Promise<Rclone> {
    const { address, port, user, password, share } = target;
    const settings = { type: 'smb', host: address, port: String(port), user };
    const pass = missingProgram('rclone', 'rclone') === undefined ? await obscured(password) : '';
    return new Rclone({ name: 'rclone-smb', door: 'smb', settings: { ...settings, pass }, root: share }, wrap);
  }

  static swift(target: SwiftTarget, wrap?: Wrap): Rclone {
    const { authUrl, user, key, container } = target;
    const settings = { type: 'swift', auth: authUrl, auth_version: '1', user, key };
    return new Rclone({ name: 'rclone-swift', door: 'swift', settings, root: container }, wrap);
  }

  /** With a token of Keystone's, and the address that its catalogue gives. */
  static keystone(target: SwiftTarget, version: '2' | '3', wrap?: Wrap): Rclone {
    const { authUrl, key, container } = target;
    const [tenant = '', user = ''] = target.user.split(':');
    const auth = authUrl.replace('/auth/v1.0', version === '3' ? '/v3' : '/v2.0');
    const domain = version === '3' ? { domain: 'default', tenant_domain: 'default' } : {};
    const settings = { type: 'swift', auth, auth_version: version, user, key, tenant, ...domain };
    return new Rclone({ name: `rclone-keystone-${version}`, door: 'swift', settings, root: container }, wrap);
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
    return `door:${this.#root}/${path}`;
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

/** rclone takes passwords only in a form that cannot be read over a shoulder. */
async function obscured(password: string): Promise<string> {
  return (await expectRun('rclone', ['obscure', '-'], { input: password })).toString().trim();
}
