import { openLocalVolume } from '../open.ts';

/** Opens the volume in the directory that it is given, says so, and keeps it until it is killed. */
const directory = process.argv[2];
if (directory === undefined) throw new Error('usage: hold-volume <directory>');
await openLocalVolume({ directory });
process.stdout.write('open\n');
setInterval(() => undefined, 60_000);
