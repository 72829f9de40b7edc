import { runCrashWorker } from '@polynas/backend-conformance/crash-worker';
import { openMemoryVolume } from '../index.ts';

// Keeps nothing over its end: what the crash harness must find out.
await runCrashWorker(async () => openMemoryVolume());
