import type { CephOptions } from '@polynas/backend-cephfs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { messageOf, systemCode } from '../system-error.ts';
import { cephSchema } from './ceph-schema.ts';
import type { ReadConfiguration } from './read.ts';
import { readConfiguration } from './read.ts';
import type { Configuration, DeclaredShare, DeclaredTenant } from './schema.ts';

/** A declared user with its secrets at hand. */
export interface DeclaredAccount extends Omit<Configuration['users'][number], 'keys' | 'passwordFile' | 'passwordEnv'> {
  readonly keys?: readonly { readonly id: string; readonly secret: string }[];
}

/** Where a CephFS volume is. Paths are absolute, the key is at hand. */
export type CephSettings = Pick<
  CephOptions,
  'conf' | 'keyring' | 'monitors' | 'key' | 'client' | 'fileSystem' | 'root' | 'mounts' | 'writers'
>;

export type VolumeSettings = { readonly name: string } & (
  | { readonly backend: 'memory' }
  /** The directory is absolute. */
  | { readonly backend: 'local'; readonly directory: string }
  | { readonly backend: 'cephfs'; readonly ceph: CephSettings }
);

/** Everything a head needs to know, resolved: defaults filled in, paths absolute, secrets read. */
export interface Settings {
  /** The file that it came from, absolute; absent when there is none. */
  readonly file?: string;
  readonly dataDirectory: string;
  readonly stopSeconds: number;
  readonly log: Configuration['log'];
  readonly admin: { readonly socket: string; readonly listen?: { readonly address: string; readonly port: number } };
  readonly doors: Configuration['doors'];
  readonly volumes: readonly VolumeSettings[];
  readonly tenants: readonly DeclaredTenant[];
  readonly users: readonly DeclaredAccount[];
  readonly shares: readonly DeclaredShare[];
}

export interface SettingsRequest {
  /** `--config`. Absent: `$POLYNAS_CONFIG`, else `./polynas.yaml` when there is one, else none. */
  readonly config?: string | undefined;
  /** `--data`; goes before `data:` of the file, which goes before `$POLYNAS_DATA` and `./polynas-data`. */
  readonly data?: string | undefined;
  /** `--listen`: the address of every door, whatever the file says. */
  readonly listen?: string | undefined;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

async function readIfThere(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!required && systemCode(error) === 'ENOENT') return undefined;
    throw new HeadError(`${path} cannot be read: ${messageOf(error)}`, exitCode.configuration, { cause: error });
  }
}

/** A secret of the file, of a file of its own (a line end at its end is not part of it), or of the environment. */
async function secretAt(
  read: ReadConfiguration,
  request: SettingsRequest,
  base: string,
  path: readonly (string | number)[],
  given: {
    readonly inline?: string | undefined;
    readonly file?: string | undefined;
    readonly env?: string | undefined;
  },
  names: { readonly file: string; readonly env: string },
): Promise<string | undefined> {
  if (given.inline !== undefined) return given.inline;
  const { file, env } = given;
  if (env !== undefined) {
    const value = request.environment[env];
    if (value !== undefined && value.length >= 8) return value;
    const what = value === undefined ? 'is not set' : 'has fewer than 8 characters';
    throw read.faultAt([...path, names.env], `the environment variable ${env} ${what}`);
  }
  if (file === undefined) return undefined;
  try {
    const value = (await readFile(resolve(base, file), 'utf8')).replace(/\r?\n$/, '');
    if (value.length >= 8) return value;
  } catch (error) {
    throw read.faultAt([...path, names.file], `cannot be read: ${messageOf(error)}`);
  }
  throw read.faultAt([...path, names.file], 'the file holds fewer than 8 characters');
}

async function accountsOf(read: ReadConfiguration, request: SettingsRequest, base: string): Promise<DeclaredAccount[]> {
  const secret = secretAt.bind(undefined, read, request, base);
  const accounts: DeclaredAccount[] = [];
  for (const [index, declared] of read.configuration.users.entries()) {
    const { password: inline, passwordFile, passwordEnv, keys, ...user } = declared;
    const path = ['users', index];
    const password = await secret(
      path,
      { inline, file: passwordFile, env: passwordEnv },
      { file: 'passwordFile', env: 'passwordEnv' },
    );
    const given: { id: string; secret: string }[] = [];
    for (const [at, key] of (keys ?? []).entries()) {
      const found = await secret(
        [...path, 'keys', at],
        { inline: key.secret, file: key.secretFile, env: key.secretEnv },
        { file: 'secretFile', env: 'secretEnv' },
      );
      if (found !== undefined) given.push({ id: key.id, secret: found });
    }
    accounts.push({ ...user, ...(password !== undefined && { password }), ...(keys && { keys: given }) });
  }
  return accounts;
}

async function volumesOf(
  read: ReadConfiguration,
  request: SettingsRequest,
  base: string,
  dataDirectory: string,
): Promise<VolumeSettings[]> {
  const declared = read.configuration.volumes ?? [{ name: 'main', backend: 'local' as const }];
  const volumes: VolumeSettings[] = [];
  for (const [index, { name, backend, directory, ceph }] of declared.entries()) {
    if (backend === 'memory') {
      volumes.push({ name, backend });
    } else if (backend === 'local') {
      const place = directory === undefined ? join(dataDirectory, 'volumes', name) : resolve(base, directory);
      volumes.push({ name, backend, directory: place });
    } else {
      const { conf, keyring, monitors, fileSystem, mounts, client, root, writers, ...secret } =
        ceph ?? cephSchema.parse({});
      const { key: inline, keyFile, keyEnv } = secret;
      const given = { inline, file: keyFile, env: keyEnv };
      const names = { file: 'keyFile', env: 'keyEnv' };
      const key = await secretAt(read, request, base, ['volumes', index, 'ceph'], given, names);
      volumes.push({
        name,
        backend,
        ceph: {
          client,
          root,
          writers,
          ...(monitors && { monitors }),
          ...(fileSystem !== undefined && { fileSystem }),
          ...(mounts !== undefined && { mounts }),
          ...(conf !== undefined && { conf: resolve(base, conf) }),
          ...(keyring !== undefined && { keyring: resolve(base, keyring) }),
          ...(key !== undefined && { key }),
        },
      });
    }
  }
  return volumes;
}

/** Finds and reads the configuration and fills in the defaults. Rejected with `ConfigurationError` (it names the line) or `HeadError`. */
export async function loadSettings(request: SettingsRequest): Promise<Settings> {
  const named = request.config ?? request.environment.POLYNAS_CONFIG;
  const path = resolve(request.cwd, named ?? 'polynas.yaml');
  const text = await readIfThere(path, named !== undefined);
  const base = text === undefined ? request.cwd : dirname(path);
  const read = readConfiguration(text ?? '', named ?? 'polynas.yaml');
  const { configuration } = read;

  const fromFile = configuration.data === undefined ? undefined : resolve(base, configuration.data);
  const dataDirectory = resolve(
    request.cwd,
    request.data ?? fromFile ?? request.environment.POLYNAS_DATA ?? 'polynas-data',
  );
  const volumes = await volumesOf(read, request, base, dataDirectory);
  const { nfs, s3, smb, swift } = configuration.doors;
  const listen = request.listen === undefined ? {} : { address: request.listen };
  const { socket, listen: adminListen } = configuration.admin;
  return {
    ...(text !== undefined && { file: path }),
    dataDirectory,
    stopSeconds: configuration.stopSeconds,
    log: configuration.log,
    admin: {
      socket: socket === undefined ? join(dataDirectory, 'admin.sock') : resolve(base, socket),
      ...(adminListen && { listen: adminListen }),
    },
    doors: {
      nfs: { ...nfs, ...listen },
      s3: { ...s3, ...listen },
      smb: { ...smb, ...listen },
      swift: { ...swift, ...listen },
    },
    volumes,
    tenants: configuration.tenants,
    users: await accountsOf(read, request, base),
    shares: configuration.shares,
  };
}
