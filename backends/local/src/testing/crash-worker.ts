import { runCrashWorker } from '@polynas/backend-conformance/crash-worker';
import { openLocalVolume } from '../open.ts';

await runCrashWorker((directory) => openLocalVolume({ directory, idleFlush: 50 }));
