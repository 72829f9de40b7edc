import type { VolumeReport } from '@polynas/admin';
import type { Capacity, VolumeStatus } from '@polynas/core/service';
import type { Volume } from '@polynas/core/spi';
import type { Logger } from 'pino';
import type { VolumeSettings } from './config/settings.ts';
import { openVolume, placeOf } from './open-volume.ts';
import type { VolumeSurroundings } from './open-volume.ts';

interface Mounted {
  readonly settings: VolumeSettings;
  readonly volume: Volume;
  status: VolumeStatus;
}

/** Rejected when the volume does not answer in time: its health says why. */
function capacityOf(volume: Volume): Promise<Capacity> {
  const signal = AbortSignal.timeout(2000);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  });
  return Promise.race([volume.statfs({ signal }), late]);
}

/** The open volumes of a head, with what each last said of itself. */
export class Volumes {
  readonly #mounted = new Map<string, Mounted>();
  readonly #logger: Logger;

  private constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Opens all or none. */
  static async open(
    settings: readonly VolumeSettings[],
    identity: VolumeSurroundings['identity'],
    logger: Logger,
  ): Promise<Volumes> {
    const volumes = new Volumes(logger);
    const report = (volume: string, error: unknown) => logger.error({ volume, err: error }, 'trouble with a volume');
    try {
      for (const each of settings) await volumes.#mount(each, { identity, report });
    } catch (error) {
      await volumes.close();
      throw error;
    }
    return volumes;
  }

  byName(): ReadonlyMap<string, Volume> {
    return new Map([...this.#mounted].map(([name, { volume }]) => [name, volume]));
  }

  /** With the capacity as of now, as far as a volume tells it within two seconds. */
  async reports(): Promise<readonly VolumeReport[]> {
    const report = async ({ settings, volume, status }: Mounted): Promise<VolumeReport> => {
      const { name, backend } = settings;
      const place = placeOf(settings);
      const capacity = await capacityOf(volume).catch(() => status.capacity);
      return { name, backend, ...(place !== undefined && { place }), status: { ...status, capacity } };
    };
    return Promise.all([...this.#mounted.values()].map(report));
  }

  /** Syncs and closes every volume; rejected with the first failure after all were tried. */
  async close(): Promise<void> {
    const results = await Promise.allSettled([...this.#mounted.values()].map(({ volume }) => volume.close()));
    this.#mounted.clear();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async #mount(settings: VolumeSettings, surroundings: VolumeSurroundings): Promise<void> {
    const { name, backend } = settings;
    const volume = await openVolume(settings, surroundings);
    const unknown = { totalBytes: 0, freeBytes: 0, availableBytes: 0, totalFiles: 0, freeFiles: 0 };
    const first: VolumeStatus = {
      health: 'healthy',
      copies: { present: 1, wanted: 1 },
      bytesToHeal: 0,
      capacity: unknown,
      epoch: volume.epoch(),
    };
    const mounted: Mounted = { settings, volume, status: first };
    this.#mounted.set(name, mounted);
    volume.status().subscribe({
      next: (status) => {
        const changed = status.health !== mounted.status.health;
        mounted.status = status;
        if (!changed) return;
        const level = status.health === 'healthy' ? 'info' : 'error';
        this.#logger[level](
          { volume: name, health: status.health, reason: status.reason },
          'health of a volume changed',
        );
      },
      error: (error: unknown) => this.#logger.error({ volume: name, err: error }, 'a volume tells no status any more'),
    });
    this.#logger.info({ volume: name, backend, place: placeOf(settings) }, 'volume opened');
  }
}
