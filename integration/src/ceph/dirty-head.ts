// Opens a volume on CephFS, writes what it never syncs, says so, and waits to be killed.
//
//   node dirty-head.ts CONF FILE-SYSTEM ROOT CLIENT-UUID
import process from 'node:process';
import { openCephVolume } from '@polynas/backend-cephfs';

const [conf = '', fileSystem = '', root = '', clientUuid = ''] = process.argv.slice(2);
const volume = await openCephVolume({ conf, client: 'admin', fileSystem, root, writers: 'head', clientUuid });
const name = new TextEncoder().encode('dirty');
const file = { uid: 0, gid: 0, mode: 0o644 };
const { attributes } = await volume.create({}, volume.root, name, { kind: 'guarded' }, file);
const handle = await volume.open({}, attributes.id, 'write');
await handle.write({}, 0, [new TextEncoder().encode('stable')], 'file');
// Beside what is stable: libcephfs may have written it out by then, or not.
await handle.write({}, 6, [new Uint8Array(8_000_000)], 'unstable');
process.stdout.write('dirty\n');
setInterval(() => undefined, 1000);
