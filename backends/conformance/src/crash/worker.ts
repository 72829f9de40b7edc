import { writeSync } from 'node:fs';
import type { Volume } from '@polynas/core/spi';
import { printed } from './lane.ts';
import { runLanes } from './run-lane.ts';

/**
 * The whole of a crash worker's file, given how to open the volume in a directory. It is started by `describeCrash` as
 * `node --conditions=source <worker> <directory> <seed> <lanes> <operations>`, and killed by it.
 */
export async function runCrashWorker(open: (directory: string) => Promise<Volume>): Promise<void> {
  const [directory, ...numbers] = process.argv.slice(2);
  const [seed, lanes, operations] = numbers.map(Number);
  if (directory === undefined || seed === undefined || lanes === undefined || operations === undefined) {
    throw new Error('usage: <worker> <directory> <seed> <lanes> <operations>');
  }
  const volume = await open(directory);
  // Written at once, so that nothing that was answered is missing from what the parent reads.
  await runLanes(volume, { seed, lanes, operations }, (line) => writeSync(1, printed(line)));
  // No orderly end: the parent kills it.
  setInterval(() => undefined, 60_000);
}
