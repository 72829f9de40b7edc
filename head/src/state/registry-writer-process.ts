import type { ReplaceStep } from './atomic-file.ts';
import { RegistryFile } from './registry-file.ts';

/** For tests: saves `{ version: 1, value: 'old' }`, then `'new'`, and dies before a step of the second save. */
const [path = '', step = ''] = process.argv.slice(2);
let armed = false;
const file = new RegistryFile<{ version: 1; value: string }>(path, (next: ReplaceStep) => {
  if (armed && next === step) process.kill(process.pid, 'SIGKILL');
});
await file.save({ version: 1, value: 'old' });
process.stdout.write('saved old\n');
armed = true;
await file.save({ version: 1, value: 'new' });
process.stdout.write('saved new\n');
