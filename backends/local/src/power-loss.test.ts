import { fileURLToPath } from 'node:url';
import { describeCrash } from '@polynas/backend-conformance';
import { openLocalVolume } from './open.ts';
import { loseUnsynced } from './testing/power-loss.ts';

/**
 * SIGKILL leaves the page cache, so it cannot show a missing or misplaced sync. Here the host files go back to what was synced; the tree goes
 * back to its last synced commit by itself whenever it is opened (`safeRestore`).
 */
describeCrash('local, power lost,', {
  worker: fileURLToPath(new URL('testing/power-loss-worker.ts', import.meta.url)),
  open: (directory) => {
    loseUnsynced(directory);
    return openLocalVolume({ directory, check: true });
  },
  rounds: Number(process.env['POLYNAS_CRASH_ROUNDS'] ?? 6),
  seed: Number(process.env['POLYNAS_CRASH_SEED'] ?? 1001),
});
