// Opens a volume on CephFS, takes over a name of a hard link, writes what it never syncs, says so, and waits to be killed.
//
//   node dirty-head.ts CONF FILE-SYSTEM ROOT CLIENT-UUID [MOUNTS]
import process from 'node:process';
import { openCephVolume } from '@polynas/backend-cephfs';

const [conf = '', fileSystem = '', root = '', clientUuid = '', count = '1'] = process.argv.slice(2);
const mounts = Number(count);
const volume = await openCephVolume({ conf, client: 'admin', fileSystem, root, writers: 'head', clientUuid, mounts });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const name = text('dirty');
const file = { uid: 0, gid: 0, mode: 0o644 };
// A name of a file that has others is taken over through one more client (`take-over.ts`), which has a session as well.
const linked = await volume.create({}, volume.root, text('linked'), { kind: 'guarded' }, file);
await volume.link({}, linked.attributes.id, volume.root, text('link'));
await volume.create({}, volume.root, text('new'), { kind: 'guarded' }, file);
await volume.rename({}, volume.root, text('new'), volume.root, text('linked'));
const { attributes } = await volume.create({}, volume.root, name, { kind: 'guarded' }, file);
const handle = await volume.open({}, attributes.id, 'write');
await handle.write({}, 0, [text('stable')], 'file');
// Beside what is stable: libcephfs may have written it out by then, or not.
await handle.write({}, 6, [new Uint8Array(8_000_000)], 'unstable');
// Numbers of inodes follow each other, so that each mount has capabilities of one of these.
for (let index = 0; index < mounts; index += 1) {
  const held = await volume.create({}, volume.root, text(`held${index}`), { kind: 'guarded' }, file);
  const open = await volume.open({}, held.attributes.id, 'write');
  await open.write({}, 0, [text('never synced')], 'unstable');
}
process.stdout.write('dirty\n');
setInterval(() => undefined, 1000);
