import type { Volume, VolumeStatus } from '@polynas/core/spi';
import { BehaviorSubject } from 'rxjs';
import { MountPool } from '../mounts/mount-pool.ts';
import { Place } from '../mounts/place.ts';
import { traitsOf } from '../traits.ts';
import { volumeOn } from '../volume.ts';
import type { VolumePartsOptions } from '../volume-parts.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FakeClient } from './fake-client.ts';

export interface FakeVolume {
  readonly volume: Volume;
  readonly cluster: FakeCluster;
  /** Incarnations so far; the last one stands. */
  readonly mounts: readonly FakeClient[];
  /** The one that stands. */
  current(): FakeClient;
  /** Told of each incarnation that is mounted from now on. */
  onMount(told: (mount: FakeClient) => void): void;
}

/** A volume of this package on a cluster in memory. */
export async function fakeVolume(
  writers: 'head' | 'shared' = 'head',
  options: Pick<VolumePartsOptions, 'mostBehind' | 'later'> = {},
): Promise<FakeVolume> {
  const cluster = new FakeCluster();
  const mounts: FakeClient[] = [];
  let epoch = 1n;
  let told: (mount: FakeClient) => void = () => undefined;
  const made = (): Place =>
    new Place({
      mount: async (lost) => {
        const mount = new FakeClient(cluster, lost, () => (epoch += 1n));
        mounts.push(mount);
        told(mount);
        return mount;
      },
      cachedInodes: 100,
      lost: () => (epoch += 1n),
      serving: () => undefined,
      report: () => undefined,
    });
  const [place, overwriter] = [made(), made()];
  await place.open();
  const status = new BehaviorSubject<VolumeStatus>({
    health: 'healthy',
    copies: { present: 3, wanted: 3 },
    bytesToHeal: 0,
    capacity: { totalBytes: 0, freeBytes: 0, availableBytes: 0, totalFiles: 0, freeFiles: 0 },
    epoch,
  });
  const pool = new MountPool({
    places: [place],
    overwriter,
    root: cluster.root.ino,
    maxFileSize: undefined,
    epoch: () => epoch,
    status: () => status,
    close: async () => {
      await Promise.all([place.close(), overwriter.close()]);
    },
  });
  return {
    volume: await volumeOn(pool, traitsOf(writers, 2 ** 40), {
      clock: () => cluster.now(),
      steadyClock: () => cluster.passed,
      ...options,
    }),
    cluster,
    mounts,
    current: () => mounts.at(-1)!,
    onMount: (next) => (told = next),
  };
}
