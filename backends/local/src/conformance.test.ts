import { describeVolume } from '@polynas/backend-conformance';
import { StorageError } from '@polynas/core/spi';
import type { Volume } from '@polynas/core/spi';
import { openLocalVolume } from './open.ts';
import { discard, scratchDirectory } from './testing/scratch.ts';
import { LocalVolume } from './volume.ts';

function directoryOf(volume: Volume): string {
  if (volume instanceof LocalVolume) return volume.directory;
  throw new StorageError('invalid', 'not a local volume');
}

describeVolume('local', {
  open: () => openLocalVolume({ directory: scratchDirectory() }),
  reopen: (closed) => openLocalVolume({ directory: directoryOf(closed), check: true }),
  runs: Number(process.env['POLYNAS_MODEL_RUNS'] ?? 15),
  cleanup: async (closed) => discard(directoryOf(closed)),
});
