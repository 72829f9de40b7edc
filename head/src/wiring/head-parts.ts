import { createCore } from '@polynas/core';
import type { RegistryState } from '@polynas/core';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { exitCode } from '../cli/exit-code.ts';
import { applyDeclared } from '../declare/apply-declared.ts';
import { AdminDoor } from '../doors/admin-door.ts';
import { NfsDoor } from '../doors/nfs-door.ts';
import { S3Door } from '../doors/s3-door.ts';
import { SmbDoor } from '../doors/smb-door.ts';
import { SwiftDoor } from '../doors/swift-door.ts';
import { hashThreads, HashPool } from '../hashing/hash-pool.ts';
import { HeadError } from '../head-error.ts';
import { checkRegistry } from '../start/check-registry.ts';
import { FirstStartMark, makeFirstThings } from '../start/first-start.ts';
import { hostIdentity } from '../start/host-identity.ts';
import { prepareDataDirectory } from '../state/data-directory.ts';
import { headKeyPath, loadHeadKey } from '../state/head-key.ts';
import { takeOwnership } from '../state/owner-lock.ts';
import { PasswordHasher } from '../state/passwords.ts';
import { RegistryFile, registryPath } from '../state/registry-file.ts';
import { Sealer } from '../state/sealer.ts';
import { secretBox } from '../state/secret-box.ts';
import { systemClock } from '@polynas/core/wire';
import { systemRandom } from '../system-random.ts';
import { version } from '../version.ts';
import { Volumes } from '../volumes.ts';
import { provide } from './provide.ts';

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Everything between the settings and the doors. One part starts after the other, also where it could be at the same time:
 * then the first failure is the one that is told, and nothing is half started when all is stopped. Each part registers how
 * it stops when it has started.
 */
export function registerHeadParts(): void {
  provide('ownership', ['settings', 'lifecycle'], async ({ settings: { dataDirectory }, lifecycle }) => {
    await prepareDataDirectory(dataDirectory);
    const ownership = await takeOwnership(dataDirectory, systemRandom);
    lifecycle.onStop('ownership', 'ownership', () => ownership.release());
    return { dataDirectory };
  });

  provide('key', ['ownership', 'logger'], async ({ ownership: { dataDirectory }, logger }) => {
    const keyPath = headKeyPath(dataDirectory);
    if (!(await exists(keyPath)) && (await exists(registryPath(dataDirectory)))) {
      // A new key would make every access key and file handle worthless without a word.
      throw new HeadError(
        `${keyPath} is missing, and the registry is sealed by it: restore it from a backup`,
        exitCode.data,
      );
    }
    const { key, made } = await loadHeadKey(dataDirectory, systemRandom);
    if (made) logger.info({ path: keyPath }, 'head key made: back it up together with the data directory');
    return key;
  });

  provide('volumes', ['key', 'settings', 'lifecycle', 'logger'], async ({ key, settings, lifecycle, logger }) => {
    const volumes = await Volumes.open(settings.volumes, (purpose) => key.derive(purpose), logger);
    lifecycle.onStop('volumes', 'volumes', () => volumes.close());
    return volumes;
  });

  provide(
    'core',
    ['ownership', 'volumes', 'key', 'lifecycle', 'logger'],
    async ({ ownership, volumes, key, lifecycle, logger }) => {
      const path = registryPath(ownership.dataDirectory);
      const registry = new RegistryFile<RegistryState>(path);
      const box = secretBox(new Sealer(key.derive('registry'), systemRandom));
      await checkRegistry(await registry.load(), { path, volumes: volumes.byName(), box });
      const contentHasher = new HashPool({
        threads: hashThreads(availableParallelism()),
        report: (error) => logger.error({ err: error }, 'a hashing thread ended: the uploads that it hashed failed'),
      });
      // With the stage after core's: nothing is hashed any more then.
      lifecycle.onStop('volumes', 'hashing threads', () => contentHasher.close());
      const core = await createCore({
        volumes: volumes.byName(),
        registry,
        clock: systemClock,
        random: systemRandom,
        hasher: new PasswordHasher(systemRandom),
        contentHasher,
        secretBox: box,
        report: (error) => logger.error({ err: error }, 'a failure in the background'),
      });
      lifecycle.onStop('core', 'core', () => core.close());
      return core;
    },
  );

  provide('filled', ['core', 'settings', 'environment', 'logger'], async ({ core, settings, environment, logger }) => {
    const mark = new FirstStartMark(settings.dataDirectory);
    const untouched = core.accounts.users().length === 0 && core.shares.all().length === 0;
    const first = (untouched && settings.users.length === 0) || (await mark.isSet());
    if (!first) {
      await applyDeclared(core, settings);
      return {};
    }
    await mark.set();
    const host = hostIdentity(environment);
    const withShare = settings.shares.length === 0;
    const firstStart = await makeFirstThings(core, { host, random: systemRandom, withShare });
    logger.info({ user: firstStart.user.name, share: firstStart.share?.name }, 'first start: administrator made');
    // After it, so that declared shares may be the administrator's.
    await applyDeclared(core, settings);
    return { firstStart };
  });

  provide(
    'nfs',
    ['core', 'filled', 'key', 'settings', 'lifecycle', 'logger'],
    async ({ core, key, settings, lifecycle, logger }) => {
      if (!settings.doors.nfs.enabled) return {};
      const door = await NfsDoor.open(core, key, settings.doors.nfs, logger.child({ door: 'nfs' }));
      lifecycle.onStop('doors', 'nfs door', (grace) => door.stop(grace));
      return { door };
    },
  );

  provide(
    's3',
    ['nfs', 'core', 'filled', 'settings', 'lifecycle', 'logger'],
    async ({ core, settings, lifecycle, logger }) => {
      if (!settings.doors.s3.enabled) return {};
      const door = await S3Door.open(core, settings.doors.s3, logger.child({ door: 's3' }));
      lifecycle.onStop('doors', 's3 door', (grace) => door.stop(grace));
      return { door };
    },
  );

  provide(
    'smb',
    ['s3', 'core', 'filled', 'key', 'settings', 'lifecycle', 'logger'],
    async ({ core, key, settings, lifecycle, logger }) => {
      if (!settings.doors.smb.enabled) return {};
      const door = await SmbDoor.open(core, key, settings.doors.smb, logger.child({ door: 'smb' }));
      lifecycle.onStop('doors', 'smb door', (grace) => door.stop(grace));
      return { door };
    },
  );

  provide(
    'swift',
    ['smb', 'core', 'filled', 'settings', 'lifecycle', 'logger'],
    async ({ core, settings, lifecycle, logger }) => {
      if (!settings.doors.swift.enabled) return {};
      const door = await SwiftDoor.open(core, settings.doors.swift, logger.child({ door: 'swift' }));
      lifecycle.onStop('doors', 'swift door', (grace) => door.stop(grace));
      return { door };
    },
  );

  provide(
    'admin',
    ['core', 'volumes', 'filled', 'nfs', 's3', 'smb', 'swift', 'settings', 'lifecycle', 'logger'],
    async ({ core, volumes, nfs, s3, smb, swift, settings, lifecycle, logger }) => {
      const startedAt = systemClock.now();
      const log = logger.child({ door: 'admin' });
      // Empty until it is open: requests may come a moment before that.
      const running: { admin?: AdminDoor } = {};
      const doors = () =>
        [nfs.door, smb.door, s3.door, swift.door, running.admin?.tcp]
          .filter((door) => door !== undefined)
          .map((door) => door.status());
      const opened = await AdminDoor.open(
        settings,
        {
          services: core,
          head: {
            version,
            dataDirectory: settings.dataDirectory,
            startedAt,
            doors,
            volumes: () => volumes.reports(),
            shares: () => core.shares.all(),
            createTenant: async (tenant) => void (await core.accounts.createTenant(tenant)),
          },
          clock: systemClock,
          onFault: (request, error) => log.error({ request, err: error }, 'a request failed'),
          onChange: (action, subject) => log.info({ subject }, action),
        },
        systemRandom,
      );
      running.admin = opened;
      lifecycle.onStop('doors', 'admin door', (grace) => opened.stop(grace));
      return opened;
    },
  );
}
