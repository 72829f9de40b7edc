import { takeOwnership } from './owner-lock.ts';
import { systemRandom } from '../system-random.ts';

/** For tests: takes a directory, says so, and holds it until it is killed. */
const [directory = ''] = process.argv.slice(2);
try {
  await takeOwnership(directory, systemRandom);
  process.stdout.write('owner\n');
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(`refused: ${error instanceof Error ? error.message : 'unknown'}\n`);
}
