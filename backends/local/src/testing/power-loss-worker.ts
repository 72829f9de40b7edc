import { runCrashWorker } from '@polynas/backend-conformance/crash-worker';
import { openLocalVolume } from '../open.ts';
import { powerLossHost } from './power-loss.ts';

await runCrashWorker((directory) => openLocalVolume({ directory, idleFlush: 50, host: powerLossHost(directory) }));
