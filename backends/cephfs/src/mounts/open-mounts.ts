import { randomBytes } from 'node:crypto';
import { StorageError } from '@polynas/core/spi';
import type { WriteEpoch } from '@polynas/core/spi';
import { batchGate } from '../native/batch/batches.ts';
import type { Lanes } from '../native/client.ts';
import { unrefTimeout } from '../later.ts';
import { Gate } from '../native/gate.ts';
import { mountCephfs } from '../native/mount-cephfs.ts';
import { checkOptions, defaults } from '../options.ts';
import type { CephOptions } from '../options.ts';
import { mountError } from './mount-error.ts';
import { clusterAccess, mountOptions, possibleClientNames } from './mount-options.ts';
import type { PlaceName } from './mount-options.ts';
import { MountPool } from './mount-pool.ts';
import type { Mounts } from './mounts-api.ts';
import { Place } from './place.ts';
import { ClusterWorker } from '../status/cluster-worker.ts';
import { StatusSource } from '../status/status-source.ts';

/** One for the process: its volumes share the threads. */
let gate: Gate | undefined;

/** Always below the size of libuv's pool, whose threads others need as well. */
function gateSize({ gateSize: wanted = defaults.gateSize }: CephOptions): number {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 0) || usualThreads;
  return Math.min(wanted, Math.max(2, threads - 2));
}

const usualThreads = 4;

/** Milliseconds: see `PlaceParts.forgetUnusedAfter`. */
const idleReference = 15_000;

/** Client uuids in use: a second opening would take the sessions of the first for those of a killed process, and end them. */
const opened = new Set<string>();

/** Mounts the volume at each place of the pool; rejected when the first attempt fails, with nothing left mounted. */
export async function openMounts(options: CephOptions): Promise<Mounts> {
  checkOptions(options);
  const uuid = options.clientUuid.toLowerCase();
  if (opened.has(uuid)) throw new StorageError('unavailable', 'the volume is open in this process already');
  opened.add(uuid);
  gate ??= new Gate(gateSize(options));
  const lanes: Lanes = { metadata: gate.lane(), data: gate.lane(), batch: batchGate.lane() };
  let epoch: WriteEpoch = randomBytes(8).readBigUInt64LE();
  const lost = (): void => {
    epoch = (epoch + 1n) % (1n << 64n);
  };
  const status = new StatusSource({
    cluster: new ClusterWorker(clusterAccess(options)),
    fileSystem: options.fileSystem,
    epoch: () => epoch,
    now: () => performance.now(),
    later: unrefTimeout,
    // What libcephfs had not written to a pool that got full is gone.
    filled: lost,
  });
  const { places, overwriter } = makePlaces(options, lanes, {
    lost,
    serving: (reason) => status.serving(reason),
  });
  const close = async (): Promise<void> => {
    for (const lane of Object.values(lanes)) lane.close();
    status.close();
    await Promise.all([...places, overwriter].map((place) => place.close()));
    opened.delete(uuid);
  };
  try {
    const [first, ...others] = places;
    const mount = await first.open();
    for (const place of others) await place.open();
    const { ino: root } = await mount.getattr(mount.root);
    const maxFileSize = (await status.fileSystem())?.maxFileSize;
    return new MountPool({
      places,
      overwriter,
      root,
      maxFileSize,
      epoch: () => epoch,
      status: () => status.status(),
      close,
    });
  } catch (error) {
    await close();
    throw mountError(error, options);
  }
}

function makePlaces(
  options: CephOptions,
  lanes: Lanes,
  told: { readonly lost: () => void; readonly serving: (reason: string | undefined) => void },
): { readonly places: [Place, ...Place[]]; readonly overwriter: Place } {
  const count = options.mounts ?? defaults.mounts;
  const reasons = new Map<PlaceName, string>();
  const abandoned = (): void =>
    options.report?.(
      new StorageError('unavailable', 'the cluster did not answer at the end of a mount: its client was left behind'),
    );
  // A killed process may have left sessions that this one does not take over soon, or ever: it had more mounts, and a client for names of hard links. Only the first mount ends them: later ones would end our own.
  const former = possibleClientNames(options);
  const make = (name: PlaceName): Place =>
    new Place({
      mount: (lost) => {
        const formerUuids = name === 0 ? former.splice(0) : [];
        return mountCephfs({
          ...mountOptions(options, name, lanes),
          formerUuids,
          lost,
          lostWrites: told.lost,
          abandoned,
        });
      },
      ...(options.writers === 'shared' && { forgetUnusedAfter: idleReference }),
      cachedInodes: Math.ceil((options.cachedInodes ?? defaults.cachedInodes) / count),
      lost: told.lost,
      // The volume serves when all of its places do.
      serving: (reason) => {
        if (reason === undefined) reasons.delete(name);
        else reasons.set(name, reason);
        told.serving([...reasons.values()][0]);
      },
      report: (error) => options.report?.(error),
    });
  const places: [Place, ...Place[]] = [make(0), ...Array.from({ length: count - 1 }, (_, index) => make(index + 1))];
  return { places, overwriter: make('overwriter') };
}
