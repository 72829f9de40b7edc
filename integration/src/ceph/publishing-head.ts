// Opens a volume on CephFS and publishes files, sixteen at a time, each under a name of its own in one of three directories; says which were answered, until it is killed.
//
//   node publishing-head.ts CONF FILE-SYSTEM ROOT CLIENT-UUID ROUND
import process from 'node:process';
import { openCephVolume } from '@polynas/backend-cephfs';
import type { Attributes, FileId } from '@polynas/core/spi';

const [conf = '', fileSystem = '', root = '', clientUuid = '', round = ''] = process.argv.slice(2);
const volume = await openCephVolume({ conf, client: 'admin', fileSystem, root, writers: 'head', clientUuid });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const owner = { uid: 5, gid: 6, mode: 0o640 };
const described = {
  xattr: 'trusted.polynas.object',
  value: ({ change, size, modified: { seconds, nanoseconds } }: Attributes): Uint8Array =>
    text(JSON.stringify([String(change), size, seconds, nanoseconds])),
};

const directories: FileId[] = [];
for (let index = 0; index < 3; index += 1) {
  const name = text(`${round}-${index}`);
  directories.push((await volume.mkdir({}, volume.root, name, { ...owner, mode: 0o750 })).attributes.id);
}
let count = 0;
async function publishOn(): Promise<never> {
  for (;;) {
    const number = (count += 1);
    const name = `${number}`;
    const directory = directories[number % directories.length]!;
    const aside = { directory: volume.root, name: text(`aside-${round}-${name}`) };
    const size = 1 + ((number * 7919) % 9000);
    await volume.publish!({}, directory, text(name), owner, [new Uint8Array(size).fill(number)], { aside, described });
    process.stdout.write(`${number}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, publishOn));
