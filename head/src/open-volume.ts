import { openCephVolume } from '@polynas/backend-cephfs';
import { openLocalVolume } from '@polynas/backend-local';
import { openMemoryVolume } from '@polynas/backend-memory';
import { isStorageError } from '@polynas/core/service';
import type { Volume } from '@polynas/core/spi';
import { exitCode } from './cli/exit-code.ts';
import type { VolumeSettings } from './config/settings.ts';
import { HeadError } from './head-error.ts';
import { makeDirectories } from './state/data-directory.ts';
import { messageOf, systemCode } from './system-error.ts';

/** What opening a volume needs of the head. */
export interface VolumeSurroundings {
  /** A secret-derived identity of this head for one purpose: the same at each start, another one for each head. 16 bytes or more. */
  readonly identity: (purpose: string) => Uint8Array;
  /** Told of what goes wrong in the background of an open volume. */
  readonly report: (volume: string, error: unknown) => void;
}

/** Where a volume is, for people: a directory, or a path in a Ceph file system. */
export function placeOf(settings: VolumeSettings): string | undefined {
  if (settings.backend === 'local') return settings.directory;
  if (settings.backend === 'memory') return undefined;
  return `${settings.ceph.fileSystem ?? 'cephfs'}:${settings.ceph.root}`;
}

async function openBackend(settings: VolumeSettings, { identity, report }: VolumeSurroundings): Promise<Volume> {
  switch (settings.backend) {
    case 'memory':
      return openMemoryVolume();
    case 'local':
      await makeDirectories(settings.directory);
      return openLocalVolume({ directory: settings.directory });
    case 'cephfs': {
      const clientUuid = Buffer.from(identity(`ceph client of volume ${settings.name}`)).toString('hex', 0, 16);
      return openCephVolume({ ...settings.ceph, clientUuid, report: (error) => report(settings.name, error) });
    }
  }
}

/** Rejected with `HeadError` where the reason lies outside of this program. */
export async function openVolume(settings: VolumeSettings, surroundings: VolumeSurroundings): Promise<Volume> {
  try {
    return await openBackend(settings, surroundings);
  } catch (error) {
    const { name } = settings;
    if (systemCode(error) !== undefined && !isStorageError(error)) {
      throw new HeadError(`volume ${name} cannot be opened: ${messageOf(error)}`, exitCode.data, { cause: error });
    }
    if (!isStorageError(error)) throw error;
    const code = error.code === 'unavailable' ? exitCode.inUse : exitCode.data;
    throw new HeadError(`volume ${name} cannot be opened: ${error.message}`, code, { cause: error });
  }
}
