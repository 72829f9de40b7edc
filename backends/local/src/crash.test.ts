import { fileURLToPath } from 'node:url';
import { describeCrash } from '@polynas/backend-conformance';
import { openLocalVolume } from './open.ts';

describeCrash('local', {
  worker: fileURLToPath(new URL('testing/crash-worker.ts', import.meta.url)),
  // Each opening after a kill recovers, and then compares all records with each other.
  open: (directory) => openLocalVolume({ directory, check: true }),
  rounds: Number(process.env['POLYNAS_CRASH_ROUNDS'] ?? 6),
  seed: Number(process.env['POLYNAS_CRASH_SEED'] ?? 1),
});
