import type { Clock, RandomSource } from './clock.ts';
import { EventBus } from './events/bus.ts';
import { Accounts } from './namespace/accounts/service.ts';
import type { Declared } from './namespace/declared.ts';
import { applyDeclared } from './namespace/declared.ts';
import { RecentPlaces } from './namespace/files/recent-places.ts';
import { Files } from './namespace/files/service.ts';
import { FoldedNames } from './namespace/folding/folded-names.ts';
import { KeyedMutex } from './namespace/keyed-mutex.ts';
import { LruHandleCache } from './namespace/handle-cache.ts';
import { LabelStore } from './namespace/labels/labels.ts';
import { openKeeper } from './namespace/open-keeper.ts';
import { SystemDirectories } from './namespace/system-directory.ts';
import { createObjectService, RestampedContents } from './objects/index.ts';
import type { ContentHasher, Objects } from './objects/index.ts';
import { Registry } from './namespace/registry/registry.ts';
import type { PasswordHasher, RegistryStore, SecretBox } from './namespace/registry/state.ts';
import { ShareMounts } from './namespace/shares/mounts.ts';
import { Shares } from './namespace/shares/service.ts';
import { Sidecars } from './namespace/sidecars.ts';
import { repeat } from './repeat.ts';
import { StorageError, isStorageError } from './spi/index.ts';
import type { Volume } from './spi/index.ts';
import { Streams } from './namespace/streams/streams.ts';
import type { Services } from './service/index.ts';
import { BackendLocks } from './state/backend-locks.ts';
import { State } from './state/state.ts';
import { StateTable } from './state/table.ts';

/** Milliseconds between two looks for objects whose time has come. */
const expiryInterval = 60_000;

export interface CoreOptions {
  /** Open volumes by name; closing them is the caller's business, after the core. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly registry: RegistryStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly hasher: PasswordHasher;
  readonly secretBox: SecretBox;
  /** Hashes object contents; the event loop does when absent. Closing it is the caller's business, after the core. */
  readonly contentHasher?: ContentHasher;
  /** The volume of shares that name none; the first one when absent. */
  readonly defaultVolume?: string;
  /** Handles kept open for protocols without opens; 1024 when absent. */
  readonly openHandles?: number;
  /** Opens of all clients together, of which one user has a quarter at most and one address half; 65,536 when absent. */
  readonly maxOpens?: number;
  /** Milliseconds after which unstable writes are synced without being asked; 30,000 when absent. */
  readonly syncAfter?: number;
  /** Hears of failures that no caller is told of: syncs in the background, removals that a restart goes on with. */
  readonly report: (error: unknown) => void;
}

export interface Core extends Services {
  readonly accounts: Accounts;
  readonly shares: Shares;
  /** Brings tenants, users and shares in line with a configuration; safe to repeat. */
  apply(declared: Declared): Promise<void>;
  /** Ends opens, syncs what is dirty, closes handles. The doors have to be closed before, the volumes after. */
  close(): Promise<void>;
}

export async function createCore(options: CoreOptions): Promise<Core> {
  const { volumes, clock, random, hasher, secretBox, report } = options;
  const defaultVolume = options.defaultVolume ?? [...volumes.keys()][0];
  if (defaultVolume === undefined || !volumes.has(defaultVolume))
    throw new StorageError('invalid', 'no default volume');
  const registry = await Registry.open(options.registry);
  const mounts = new ShareMounts(registry, volumes);
  const table = new StateTable(clock);
  for (const [name, volume] of volumes) {
    if (volume.locks === undefined || volume.traits.writers === 'head') continue;
    table.volume(name).backendLocks = new BackendLocks(volume.locks, clock, report);
  }
  const events = new EventBus();
  const handles = new LruHandleCache(clock, {
    limit: options.openHandles ?? 1024,
    syncAfter: options.syncAfter ?? 30_000,
    report,
  });
  const system = new SystemDirectories(handles, random, report);
  const places = new RecentPlaces();
  const streams = new Streams({ mounts, system, handles, table, events, clock, places, report });
  const sidecars = new Sidecars(system, random, report);
  const contents = new RestampedContents(new KeyedMutex(clock), table);
  const folded = new FoldedNames(clock);
  const parts = { mounts, table, handles, events, clock, system, streams, sidecars, places, folded, contents };
  const state = new State({ ...openKeeper(parts), mounts, clock, maxOpens: options.maxOpens ?? 65_536 });
  const accounts = new Accounts({ registry, clock, random, hasher, secretBox });
  const shares: Shares = new Shares({
    registry,
    mounts,
    handles,
    clock,
    defaultVolume,
    isImplicit: (mount, directory) => objects.isImplicit(mount, directory),
  });
  const objects: Objects = createObjectService({
    ...parts,
    shares,
    random,
    report,
    ...(options.contentHasher !== undefined && { contentHasher: options.contentHasher }),
  });
  registry.watch(({ shares: present }) => {
    // Also those that are on their way out: one that turns out not to be empty comes back.
    const ids = new Set(present.map(({ id }) => id));
    events.keepOnly(ids);
    objects.keepOnly(ids);
  });
  const expiring = repeat(clock, expiryInterval, () => objects.removeExpired(), report);
  const tidying = Promise.all([shares.resumeRemovals(), objects.sweep(), sweepBeside(streams, sidecars, mounts)]).catch(
    report,
  );
  return {
    accounts,
    shares,
    labels: new LabelStore(registry, secretBox),
    files: new Files(parts),
    state,
    objects,
    events,
    apply: (declared) => applyDeclared(accounts, shares, declared),
    close: async () => {
      await tidying;
      await expiring.stop();
      await state.close();
      await handles.close();
      events.close();
    },
  };
}

/** Shares that are removed meanwhile, and volumes that do not serve now, are passed over. */
async function sweepBeside(streams: Streams, sidecars: Sidecars, mounts: ShareMounts): Promise<void> {
  for (const mount of mounts.all()) {
    try {
      await streams.sweep(mount);
      await sidecars.sweep(mount);
    } catch (error) {
      if (!isStorageError(error, 'stale') && !isStorageError(error, 'unavailable')) throw error;
    }
  }
}
