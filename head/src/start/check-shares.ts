import type { Core } from '@polynas/core';
import { isStorageError } from '@polynas/core/service';
import type { Volume } from '@polynas/core/spi';
import type { Logger } from 'pino';
import { exitCode } from '../cli/exit-code.ts';
import type { VolumeSettings } from '../config/settings.ts';
import { HeadError } from '../head-error.ts';
import { placeOf } from '../open-volume.ts';

/**
 * Rejected when a volume does not hold a share that the registry says it holds: it is another volume than before. The commonest way to get there
 * is a disk that is not mounted: a new, empty volume in the directory beneath would hide the data from everybody, and the directories that are
 * made on it get the ids that shares of the other one had.
 */
export async function checkShares(
  core: Pick<Core, 'shares'>,
  volumes: ReadonlyMap<string, Volume>,
  settings: readonly VolumeSettings[],
  logger: Logger,
): Promise<void> {
  for (const { name, tenant, volume: volumeName, root } of core.shares.all()) {
    const volume = volumes.get(volumeName);
    const about = settings.find((each) => each.name === volumeName);
    if (volume === undefined || about === undefined) {
      logger.warn({ share: name, tenant, volume: volumeName }, 'a share is not served: its volume is not configured');
    } else if (!(await holds(volume, root))) {
      if (about.backend !== 'memory') {
        throw new HeadError(
          `volume ${volumeName} does not hold share ${name} of tenant ${tenant}: is ${placeOf(about)} the right place${about.backend === 'local' ? ', and its disk mounted' : ''}?`,
          exitCode.data,
        );
      }
      logger.warn({ share: name, tenant, volume: volumeName }, 'a share is gone with its volume in memory: remove it');
    }
  }
}

async function holds(volume: Volume, root: bigint): Promise<boolean> {
  try {
    return (await volume.getattr({}, root)).type === 'directory';
  } catch (error) {
    if (isStorageError(error, 'stale')) return false;
    throw error;
  }
}
