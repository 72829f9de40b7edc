import { pino } from 'pino';
import { stopRequested } from './signals.ts';

/** For tests: waits for a request to stop, says it, and then takes long to stop. With `throw` it fails by itself. */
const [how] = process.argv.slice(2);
const stopping = stopRequested(pino({ level: 'silent' }), () => performance.now());
const busy = setInterval(() => undefined, 1000);
if (how === 'throw') setTimeout(() => JSON.parse('{'), 1);
if (how === 'reject') void Promise.reject(new Error('nobody waits for this'));
process.stdout.write('waiting\n');
const { reason, exitCode } = await stopping;
process.stdout.write(`${reason} ${exitCode}\n`);
if (how !== undefined) clearInterval(busy);
