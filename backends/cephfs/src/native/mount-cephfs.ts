import { batchGate } from './batch/batches.ts';
import { CephError } from './ceph-error.ts';
import { CephMount } from './ceph-mount.ts';
import { Client } from './client.ts';
import type { Lanes } from './client.ts';
import { Gate } from './gate.ts';
import { lookup } from './inode-calls.ts';
import { JournalNudge } from './journal-nudge.ts';
import { cephLibrary } from './library.ts';
import type { CephCall } from './ceph-functions.ts';
import type { CephLibrary } from './library.ts';
import type { InodePointer, Mount } from './mount-api.ts';
import { takePresence } from './presence.ts';
import type { PresenceOptions } from './presence.ts';
import { Recalls } from './recalls.ts';
import { isErrno } from './storage-error.ts';
import { disconnect, release, unmount } from './unmount.ts';
import { UserPerms } from './user-perms.ts';

export interface MountOptions {
  /** A `ceph.conf`; `'default'` the one that the library finds by itself (CEPH_CONF, /etc/ceph); without one, `settings` say where the monitors and the key are. */
  readonly conf?: string;
  /** `admin` of `client.admin`. */
  readonly clientName: string;
  /** The cluster's default one when absent. */
  readonly fileSystem?: string;
  /** Path of the volume's top directory in the file system, from `/`. */
  readonly root: string;
  /** Makes `root` (mode 0755, owned by 0:0) when it is not there. */
  readonly createRoot?: boolean;
  /** Names this client over restarts: a session that a killed process left under the same one is ended first (`CEPH_RECLAIM_RESET`). */
  readonly uuid?: string;
  /** Other names under which the killed process may have left sessions that nobody else ends soon. None of a living client: that would be thrown out. */
  readonly formerUuids?: readonly string[];
  /** Options of libcephfs on top of the file and of what this package needs. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the calls of this volume queue; a gate of its own when absent. */
  readonly lanes?: Lanes;
  /** How this client shows that it uses the volume, by which it also knows that its session never broke off. Without it, no sync is sure (for tools). */
  readonly presence?: PresenceOptions;
  /** Told once when the cluster has thrown this client out (`alive` is false by then). */
  readonly lost?: () => void;
  /** Told when bytes that were taken may be gone though the client stands: a sync failed. */
  readonly lostWrites?: () => void;
  /** Told when the client has to be left behind (`abandonedClients`). */
  readonly abandoned?: () => void;
  /** Milliseconds that `unmount` waits for calls under way and for the cluster, then it leaves the client behind. */
  readonly unmountTimeout?: number;
}

/** Calls of libcephfs in flight in a process, when nobody says otherwise. */
export const defaultGateSize = 24;
const defaultUnmountTimeout = 10_000;
const reclaimReset = 1;
/** Seconds in which a recalled delegation has to be given back; above it libcephfs unmounts by force. */
const delegationSeconds = 30;

/** What this package relies on, whatever the configuration file says. */
const ownSettings: Readonly<Record<string, string>> = {
  // Core decides access; ownership of what is created comes from the UserPerm.
  client_permissions: 'false',
  // The low-level calls ask this one (a switch of ceph-fuse's) before they check modes themselves.
  fuse_default_permissions: 'true',
  client_acl_type: '',
  // An evicted client must not come back by itself: what it had not synced is lost, and the volume's epoch has to tell.
  client_reconnect_stale: 'false',
  log_to_stderr: 'false',
  err_to_stderr: 'false',
};

/** What libcephfs does by default, and what is better here; where the configuration file says something else, that stays. */
const betterThanUsual: Readonly<Record<string, { readonly usual: string; readonly better: string }>> = {
  // Notes of what it does, in memory, for the case that it crashes: a quarter of the CPU time that it takes.
  debug_client: { usual: '0/5', better: '0/0' },
  debug_objecter: { usual: '0/1', better: '0/0' },
  debug_objectcacher: { usual: '0/5', better: '0/0' },
  debug_monc: { usual: '0/10', better: '0/0' },
  // Dirty bytes above which it begins to write out: an object's worth, so that most of 8 MiB are on the OSDs by the time the last of them has come.
  client_oc_target_dirty: { usual: '8388608', better: '4194304' },
};

let perms: UserPerms | undefined;

/**
 * A new client of the cluster, mounted at `root`. In a script:
 *
 *     const mount = await mountCephfs({ conf: '/tmp/lab/ceph/cluster/ceph.conf', clientName: 'admin', root: '/a', createRoot: true });
 *     const { inode, fh } = await mount.create(mount.root, Buffer.from('x'), 0o644, { uid: 0, gid: 0 });
 *     await mount.write(fh, 0, [Buffer.from('bytes')]); await mount.fsync(fh, false); await mount.close(fh); mount.put(inode);
 *     await mount.unmount();
 *
 * with `UV_THREADPOOL_SIZE` above the gate's size. Rejected with `CephError` (ETIMEDOUT: no monitor answers), `notSupported` without libcephfs.
 */
export async function mountCephfs(options: MountOptions): Promise<Mount> {
  const lanes = options.lanes ?? ownLanes();
  const client = await connectMaking(options, lanes);
  try {
    return await asMount(client, options);
  } catch (error) {
    await disconnect(client);
    throw error;
  }
}

async function connectMaking(options: MountOptions, lanes: Lanes): Promise<Client> {
  try {
    return await connect(options, lanes, options.root);
  } catch (error) {
    if (options.createRoot !== true || !isErrno(error, 'ENOENT')) throw error;
  }
  const { uuid: _, lost: __, presence: ___, abandoned: ____, ...anonymous } = options;
  const maker = await connect(anonymous, lanes, '/');
  try {
    await maker.call('metadata', 'ceph_mkdirs', [options.root, 0o755]).catch((error: unknown) => {
      // Another head has made it, or one of the directories above, at the same moment: the mount tells whether all are there.
      if (!isErrno(error, 'EEXIST')) throw error;
    });
    await maker.call('metadata', 'ceph_sync_fs', []);
  } finally {
    await disconnect(maker);
  }
  return await connect(options, lanes, options.root);
}

async function connect(options: MountOptions, lanes: Lanes, root: string): Promise<Client> {
  const library = cephLibrary();
  perms ??= new UserPerms(library);
  const client = new Client({ library, cmount: create(library, options.clientName), perms, lanes, lost: options.lost });
  try {
    configure(client, options);
    await client.call('metadata', 'ceph_init', []);
    if (options.fileSystem !== undefined) now(client, 'ceph_select_filesystem', options.fileSystem);
    if (options.uuid !== undefined) await reclaim(client, options.uuid, options.formerUuids);
    await client.call('metadata', 'ceph_mount', [root]);
    client.library.ceph_umask(client.cmount, 0);
    return client;
  } catch (error) {
    await release(client);
    throw error;
  }
}

function create(library: CephLibrary, clientName: string): bigint {
  const out = Buffer.alloc(8);
  const answer = Number(library.ceph_create(out, clientName));
  if (answer < 0) throw new CephError(-answer, 'ceph_create');
  return out.readBigUInt64LE();
}

function configure(client: Client, { conf, settings }: MountOptions): void {
  if (conf !== undefined) now(client, 'ceph_conf_read_file', conf === 'default' ? null : conf);
  for (const [name, { usual, better }] of Object.entries(betterThanUsual)) {
    if (setting(client, name) === usual) now(client, 'ceph_conf_set', name, better);
  }
  for (const [name, value] of Object.entries({ ...settings, ...ownSettings }))
    now(client, 'ceph_conf_set', name, value);
}

function setting(client: Client, name: string): string {
  const value = Buffer.alloc(64);
  now(client, 'ceph_conf_get', name, value, value.length);
  return value.toString('latin1', 0, value.indexOf(0));
}

/** A call that only touches this process. */
function now(client: Client, name: CephCall, ...values: unknown[]): void {
  const answer = Number(client.library[name](client.cmount, ...values));
  if (answer < 0) throw new CephError(-answer, `${name} ${String(values[0])}`);
}

/** What a former life of this client left open is ended, so that nobody waits for its capabilities; from now on the name is ours. */
async function reclaim(client: Client, uuid: string, others: readonly string[] = []): Promise<void> {
  for (const name of new Set([...others, uuid])) await endFormer(client, name);
  client.library.ceph_set_uuid(client.cmount, uuid);
}

async function endFormer(client: Client, uuid: string): Promise<void> {
  try {
    await client.call('metadata', 'ceph_start_reclaim', [uuid, reclaimReset]);
  } catch (error) {
    // Nobody was called so; a cluster that cannot do it lets the old session time out by itself.
    if (!isErrno(error, 'ENOENT', 'EOPNOTSUPP')) throw error;
  }
  await client.call('metadata', 'ceph_finish_reclaim', []);
}

async function asMount(client: Client, options: MountOptions): Promise<Mount> {
  const out = Buffer.alloc(8);
  await client.call('metadata', 'ceph_ll_lookup_root', [out]);
  const root: InodePointer = out.readBigUInt64LE();
  // Refused when it is longer than the MDS waits for capabilities: then there are no delegations (ETIME).
  client.library.ceph_set_deleg_timeout(client.cmount, delegationSeconds);
  const recalls = new Recalls(client);
  const session = options.presence === undefined ? undefined : await takePresence(client, root, options.presence);
  const nudged = options.presence?.kind === 'shared' ? await nudgedBy(client, root, options.presence) : undefined;
  const timeout = options.unmountTimeout ?? defaultUnmountTimeout;
  let unmounted: Promise<void> | undefined;
  return new CephMount({
    client,
    root,
    recalls,
    session,
    lostWrites: () => options.lostWrites?.(),
    unmount: () => {
      session?.end();
      if (nudged !== undefined && unmounted === undefined) client.put(nudged);
      unmounted ??= unmount({ client, root, recalls, timeout, abandoned: options.abandoned });
      return unmounted;
    },
  });
}

/** Its own change is one of an extended attribute of the directory that nobody sees. Outside of the gate, which those who wait may fill. */
async function nudgedBy(
  client: Client,
  root: InodePointer,
  { directory }: PresenceOptions,
): Promise<InodePointer | undefined> {
  const found = await lookup(client, root, Buffer.from(directory));
  if (found === undefined) return undefined;
  const value = Buffer.from('1');
  const flush = async (): Promise<void> => {
    const { inode } = found;
    await client.aside('ceph_ll_setxattr', [inode, nudgeXattr, value, value.length, 0, client.superuser]);
    await client.aside('ceph_ll_sync_inode', [inode, 0]);
  };
  client.nudge = new JournalNudge({
    flush,
    now: () => performance.now(),
    after: (milliseconds, run) => void setTimeout(run, milliseconds).unref(),
  });
  return found.inode;
}

const nudgeXattr = 'trusted.polynas-nudge';

function ownLanes(): Lanes {
  const gate = new Gate(defaultGateSize);
  return { metadata: gate.lane(), data: gate.lane(), batch: batchGate.lane() };
}
