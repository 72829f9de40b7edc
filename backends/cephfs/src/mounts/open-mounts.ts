import { randomBytes } from 'node:crypto';
import type { FileId, VolumeStatus, WriteEpoch } from '@polynas/core/spi';
import { BehaviorSubject } from 'rxjs';
import type { Lanes } from '../native/client.ts';
import { Gate } from '../native/gate.ts';
import type { Mount } from '../native/mount-api.ts';
import { mountCephfs } from '../native/mount-cephfs.ts';
import { checkOptions, defaults } from '../options.ts';
import type { CephOptions } from '../options.ts';
import { mountError } from './mount-error.ts';
import { mountOptions } from './mount-options.ts';
import { MountPool } from './mount-pool.ts';
import type { Mounts } from './mounts-api.ts';
import { Place } from './place.ts';

/** One for the process: its volumes share the threads. */
let gate: Gate | undefined;

/** Mounts the volume at each place of the pool; rejected when the first attempt fails, with nothing left mounted. */
export async function openMounts(options: CephOptions): Promise<Mounts> {
  checkOptions(options);
  gate ??= new Gate(options.gateSize ?? defaults.gateSize);
  const lanes: Lanes = { metadata: gate.lane(), data: gate.lane() };
  const places: Place[] = [];
  const close = async (): Promise<void> => {
    lanes.metadata.close();
    lanes.data.close();
    await Promise.all(places.map((place) => place.close()));
  };
  let epoch: WriteEpoch = randomBytes(8).readBigUInt64LE();
  const count = options.mounts ?? defaults.mounts;
  try {
    let first: Mount | undefined;
    for (let index = 0; index < count; index += 1) {
      const place = new Place({
        mount: (lost) => mountCephfs({ ...mountOptions(options, index, lanes), lost }),
        cachedInodes: Math.ceil((options.cachedInodes ?? defaults.cachedInodes) / count),
        lost: () => {
          epoch = (epoch + 1n) % (1n << 64n);
        },
        serving: () => undefined,
        report: (error) => options.report?.(error),
      });
      places.push(place);
      const mount = await place.open();
      first ??= mount;
    }
    const root: FileId = first === undefined ? 1n : (await first.getattr(first.root)).ino;
    const [head, ...tail] = places;
    if (head === undefined) throw new Error('a volume without mounts');
    const status = new BehaviorSubject<VolumeStatus>({
      health: 'healthy',
      copies: { present: 1, wanted: 1 },
      bytesToHeal: 0,
      capacity: { totalBytes: 0, freeBytes: 0, availableBytes: 0, totalFiles: 0, freeFiles: 0 },
      epoch,
    });
    return new MountPool({
      places: [head, ...tail],
      root,
      epoch: () => epoch,
      status: () => status,
      close: async () => {
        await close();
        status.complete();
      },
    });
  } catch (error) {
    await close();
    throw mountError(error, options);
  }
}
