import { hostname } from 'node:os';
import type { Lanes } from '../native/client.ts';
import type { MountOptions } from '../native/mount-cephfs.ts';
import type { PresenceOptions } from '../native/presence.ts';
import type { ClusterAccess } from '../status/cluster-messages.ts';
import { defaults, mostMounts } from '../options.ts';
import { snapshotsName } from '../tree/names.ts';
import type { CephOptions } from '../options.ts';

/** By number in the pool; `'overwriter'` stands beside it. */
export type PlaceName = number | 'overwriter';

/** By which the cluster knows the client at that place. */
function clientName({ clientUuid }: CephOptions, place: PlaceName): string {
  return `polynas-${clientUuid}-${place}`;
}

/**
 * All names that clients of this volume can have had in a process before this one, whatever its `mounts` was. They begin with the uuid, which is this head's and this
 * volume's alone: no other head, and no other volume, has one of them.
 */
export function possibleClientNames(options: CephOptions): string[] {
  const places: readonly PlaceName[] = [...Array.from({ length: mostMounts }, (_, index) => index), 'overwriter'];
  return places.map((place) => clientName(options, place));
}

/** The options of the mount at one place. Each place is a client of its own, with a name that it keeps over restarts. */
export function mountOptions(options: CephOptions, place: PlaceName, lanes: Lanes): MountOptions {
  const { conf, monitors, fileSystem } = options;
  const name = clientName(options, place);
  return {
    ...(conf !== undefined && { conf }),
    ...(conf === undefined && monitors === undefined && { conf: 'default' }),
    clientName: options.client,
    ...(fileSystem !== undefined && { fileSystem }),
    root: options.root,
    createRoot: true,
    uuid: name,
    presence: presence(options, place, name),
    settings: { ...cephSettings(options), ...(place === 'overwriter' && remembersNothing) },
    lanes,
    unmountTimeout: options.closeTimeout ?? defaults.closeTimeout,
  };
}

/** Names are dropped as soon as no call needs them, and with the last of a file what the cluster granted of it: others would be asked to wait for it. */
const remembersNothing = { client_cache_size: '1' };

/**
 * With writers `head`, the first place's lock is the owner record: a second head finds it taken, and one that expects other writers as well. Clients with writers
 * `shared` are present beside each other.
 */
function presence(options: CephOptions, place: PlaceName, name: string): PresenceOptions {
  return {
    directory: reservedDirectory,
    file: place === 0 || options.writers === 'shared' ? 'owner' : `owner-${place}`,
    kind: options.writers === 'head' ? 'exclusive' : 'shared',
    name,
    record: `head ${options.clientUuid} on ${hostname()}, process ${process.pid}`,
  };
}

/** In the volume's root, not visible through the volume. */
export const reservedDirectory = '.polynas';

/** How the monitors are asked for the state of the cluster: by a client of its own, which never waits long. */
export function clusterAccess(options: CephOptions): ClusterAccess {
  const { conf, monitors } = options;
  return {
    ...(monitors === undefined && { conf: conf ?? null }),
    client: options.client,
    settings: {
      ...whereAndWho(options),
      client_mount_timeout: String(statusSeconds),
      rados_mon_op_timeout: String(statusSeconds),
      log_to_stderr: 'false',
      err_to_stderr: 'false',
    },
  };
}

const statusSeconds = 5;

/** Options of libcephfs. */
function cephSettings(options: CephOptions): Record<string, string> {
  const seconds = Math.ceil((options.mountTimeout ?? defaults.mountTimeout) / 1000);
  return {
    ...whereAndWho(options),
    client_mount_timeout: String(seconds),
    // Operations wait for the cluster as long as it takes: an error after some seconds would leave open whether a mutation happened.
    rados_osd_op_timeout: '0',
    rados_mon_op_timeout: '0',
    // Whatever a configuration says: by another name snapshots would be made and removed as directories are.
    client_snapdir: snapshotsName,
  };
}

function whereAndWho({ monitors, key, keyring }: CephOptions): Record<string, string> {
  return {
    ...(monitors !== undefined && { mon_host: monitors.join(',') }),
    ...(key !== undefined && { key }),
    ...(keyring !== undefined && { keyring }),
  };
}
