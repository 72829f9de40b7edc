import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CifsMount } from '../clients/cifs-mount.ts';
import { sha256 } from '../clients/command.ts';
import { Restic } from '../clients/restic.ts';
import type { StoreClient } from '../clients/store-client.ts';
import { quote } from '../kernel/guest.ts';
import { Doors, noKernel } from './doors.ts';

const MIB = 2 ** 20;

let doors: Doors;
let cifs: CifsMount | undefined;

beforeAll(async () => {
  doors = await Doors.open({ kernel: true });
  if (noKernel === undefined) cifs = await doors.cifs({ dialect: '3.1.1', at: '/mnt/cifs' });
});

afterAll(async () => {
  await doors?.[Symbol.asyncDispose]();
});

const names = [
  'libnfs',
  'kernel',
  'aws-sdk',
  'smbclient',
  'npm-smb2',
  'rclone-smb',
  'cifs',
  'swift',
  'rclone-swift',
] as const;
type ClientName = (typeof names)[number];
/** One or two of each door that start fast. */
const readerNames: readonly ClientName[] = ['libnfs', 'aws-sdk', 'smbclient', 'rclone-smb', 'cifs', 'rclone-swift'];

function client(name: ClientName): StoreClient | { readonly unavailable: string } {
  const all: StoreClient[] = [...doors.clients, ...doors.newerClients, ...(cifs === undefined ? [] : [cifs])];
  return all.find((each) => each.name === name) ?? { unavailable: noKernel ?? `no client ${name}` };
}

/** The client, or the test is skipped with the reason. */
function need(name: ClientName, skip: (why: string) => never): StoreClient {
  const found = client(name);
  if (found.unavailable !== undefined) skip(`${name}: ${found.unavailable}`);
  return found as StoreClient;
}

function readers(...wanted: readonly ClientName[]): StoreClient[] {
  return wanted.map(client).filter((each): each is StoreClient => each.unavailable === undefined);
}

/** A file of random bytes of this machine, made in pieces. */
function randomFile(name: string, size: number): string {
  const file = join(doors.scratch, name);
  const descriptor = openSync(file, 'w');
  const piece = Buffer.allocUnsafe(Math.min(size, 4 * MIB));
  for (let left = size; left > 0; left -= piece.length) {
    randomFillSync(piece);
    writeSync(descriptor, piece, 0, Math.min(left, piece.length));
  }
  closeSync(descriptor);
  return file;
}

function textFile(name: string, text: string): string {
  const file = join(doors.scratch, name);
  writeFileSync(file, text);
  return file;
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('sizes: written through one door, read through the others', () => {
  const writers = names.filter((name) => name !== 'aws-sdk' && name !== 'kernel');
  const cases = [0, 1, MIB + 1].flatMap((size) => writers.map((writer) => ({ size, writer })));

  test.for(cases)('$size bytes by $writer', async ({ size, writer }, { skip }) => {
    const by = need(writer, skip);
    const path = `sizes/of ${writer}/${size}`;
    // NFS makes no folders by itself.
    if (by.door === 'nfs') await doors.sdk.putBytes(`sizes/of ${writer}/folder`, '');
    const file = randomFile('size', size);
    const wanted = await sha256(file);
    await by.put(file, path);
    const have: Record<string, string> = {};
    for (const reader of readers(...readerNames)) have[reader.name] = await reader.sum(path);
    expect(have).toEqual(Object.fromEntries(readers(...readerNames).map(({ name }) => [name, wanted])));
  });

  const large: { writer: ClientName; by: ClientName[] }[] = [
    { writer: 'cifs', by: ['aws-sdk', 'rclone-swift'] },
    { writer: 'smbclient', by: ['libnfs', 'swift'] },
    { writer: 'rclone-smb', by: ['kernel'] },
    { writer: 'swift', by: ['smbclient', 'cifs', 'npm-smb2'] },
    { writer: 'rclone-swift', by: ['rclone-smb', 'libnfs'] },
    { writer: 'aws-sdk', by: ['smbclient', 'rclone-swift'] },
    { writer: 'kernel', by: ['cifs', 'swift'] },
  ];

  test.for(large)('100 MiB by $writer, read by $by', async ({ writer, by }, { skip }) => {
    const one = need(writer, skip);
    const file = randomFile('large', 100 * MIB);
    const wanted = await sha256(file);
    await one.put(file, 'large');
    for (const reader of readers(...by)) expect(await reader.sum('large'), reader.name).toBe(wanted);
    rmSync(file);
    await doors.sdk.remove('large');
  });
});

describe('names', () => {
  const plain: readonly (readonly [string, string])[] = [
    ['spaces', ' a name  with spaces'],
    ['é composed', 'caf\u00E9'],
    ['é decomposed', 'cafe\u0301'],
    ['emoji', '\u{1F40B}\u{1F9CA}'],
    ['255 bytes', 'x'.repeat(255)],
    ['255 bytes of UTF-8', '\u20AC'.repeat(85)],
    ['percent', '100%'],
    ['percent escapes', 'a%2Fb%00%C3%A9'],
    ['plus', 'a+b c'],
    ['hash', 'a#b'],
    ['ampersand', 'a&b=c'],
    ['quotes', `'\u0060`],
    ['what looks like our own escape', '%%qa'],
  ];
  /** What Windows does not allow in names: shown to SMB clients by stand-ins, which cifs.ko knows as well (but for a backslash, which it never lets through). */
  const forbidden: readonly (readonly [string, string])[] = [
    ['what Windows forbids', 'a:b*c?d"e<f>g|h'],
    ['full stop at the end', 'a.'],
    ['a space at the end', 'a '],
    ['newline', 'a\nb'],
  ];

  test.for(['smbclient', 'cifs', 'swift', 'rclone-swift'] as const)('written by %s', async (by, { skip }) => {
    const one = need(by, skip);
    const folder = `names-${by}`;
    for (const [label, name] of plain) {
      const file = textFile('named', `${by} wrote ${name}`);
      await one.put(file, `${folder}/${name}`);
      const sum = await sha256(file);
      for (const reader of readers('libnfs', 'aws-sdk', 'smbclient', 'rclone-swift')) {
        expect(await reader.sum(`${folder}/${name}`), `${label}, read by ${reader.name}`).toBe(sum);
      }
    }
    const wanted = plain.map(([, name]) => `${folder}/${name}`).toSorted(byBytes);
    const keys = await doors.sdk.keys(`${folder}/`);
    expect(keys.filter((key) => key !== `${folder}/`)).toEqual(wanted);
    if (cifs !== undefined) expect([...(await cifs.tree(folder)).keys()].length).toBe(plain.length);
  });

  test.skipIf(noKernel !== undefined)('that Windows forbids, through S3 and cifs.ko both ways', async () => {
    for (const [label, name] of forbidden) {
      await doors.sdk.putBytes(`odd-s3/${name}`, `S3 wrote ${name}`);
      const script = `cat ${quote(`/mnt/cifs/odd-s3/${name}`)}`;
      expect(await doors.guest.expect(script), label).toBe(`S3 wrote ${name}`);
      const path = quote(`/mnt/cifs/odd-cifs/${name}`);
      await doors.guest.expect(`mkdir -p /mnt/cifs/odd-cifs && printf %s cifs >${path}`);
      expect((await doors.sdk.bytes(`odd-cifs/${name}`)).toString(), label).toBe('cifs');
    }
    const listed = [...(await cifs!.tree('odd-s3')).keys()].map((name) => Buffer.from(name, 'latin1').toString());
    expect(listed.toSorted(byBytes)).toEqual(forbidden.map(([, name]) => name).toSorted(byBytes));
  });

  test('in any case: found without regard to it by SMB, kept as they were written', async ({ skip }) => {
    const { smbclient, sdk } = doors;
    if (smbclient.unavailable !== undefined) skip(smbclient.unavailable);
    await sdk.putBytes('Case/ReadMe.TXT', 'case');
    const file = join(doors.scratch, 'case');
    await smbclient.expect(String.raw`get "case\README.txt" "${file}"`);
    expect(await sha256(file)).toBe(await sha256(textFile('case-wanted', 'case')));
    expect(await smbclient.expect(String.raw`ls "CASE\*"`)).toContain('ReadMe.TXT');
    // Two that differ in case only, which S3 can make: each is reached by its exact name.
    await sdk.putBytes('Case/readme.txt', 'lower');
    expect(await smbclient.sum('Case/ReadMe.TXT')).toBe(await sha256(textFile('case-wanted', 'case')));
    expect(await smbclient.sum('Case/readme.txt')).toBe(await sha256(textFile('case-wanted', 'lower')));
  });
});

describe('one tree', () => {
  test('a folder renamed and removed by smbclient is so for the others', async ({ skip }) => {
    const { smbclient, sdk, swift, rcloneSwift } = doors;
    if (smbclient.unavailable !== undefined) skip(smbclient.unavailable);
    for (const name of ['a', 'b/c', 'b/d']) await sdk.putBytes(`tree/${name}`, name);
    await smbclient.expect('rename tree moved');
    expect(await sdk.keys('tree/')).toEqual([]);
    const moved = ['moved/a', 'moved/b/c', 'moved/b/d'];
    expect((await sdk.keys('moved/')).filter((key) => !key.endsWith('/'))).toEqual(moved);
    if (swift.unavailable === undefined) {
      const listed = (await swift.expect(['list', 'files', '--prefix', 'moved/'])).split('\n');
      expect(listed.filter((name) => name !== '' && !name.endsWith('/'))).toEqual(moved);
    }
    if (rcloneSwift.unavailable === undefined) {
      const listed = await rcloneSwift.expect(['lsf', '--recursive', '--files-only', rcloneSwift.remote('moved')]);
      expect(
        listed
          .split('\n')
          .filter((name) => name !== '')
          .toSorted(byBytes),
      ).toEqual(['a', 'b/c', 'b/d']);
    }
    await smbclient.expect('deltree moved');
    expect(await sdk.keys('moved')).toEqual([]);
  });

  test('what Swift deletes is gone for SMB, with the folders that only it had made', async ({ skip }) => {
    const { smbclient, rcloneSwift } = doors;
    if (rcloneSwift.unavailable !== undefined) skip(rcloneSwift.unavailable);
    await rcloneSwift.put(textFile('x', 'x'), 'by-swift/deep/er/x');
    expect((await smbclient.run(String.raw`ls "by-swift\deep\er\*"`)).stdout.toString()).toContain('  x ');
    await rcloneSwift.expect(['deletefile', rcloneSwift.remote('by-swift/deep/er/x')]);
    expect((await smbclient.run('ls by-swift')).stdout.toString()).toContain('NT_STATUS_NO_SUCH_FILE');
  });

  test.skipIf(noKernel !== undefined)('a tree copied in by cifs.ko, compared through Swift and S3', async () => {
    const { guest, rcloneSwift, rclone } = doors;
    const source = join(import.meta.dirname, '..');
    const at = await guest.share(source);
    await guest.expect(`mkdir /mnt/cifs/copied && cp -r ${at}/. /mnt/cifs/copied`, { timeout: 200_000 });
    const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect((await cifs!.tree('copied')).size).toBe(files.length);
    for (const each of [rcloneSwift, rclone]) {
      if (each.unavailable !== undefined) continue;
      await each.expect(['check', '--download', source, each.remote('copied')]);
    }
    await guest.expect('rm -r /mnt/cifs/copied', { timeout: 200_000 });
    expect(await doors.sdk.keys('copied')).toEqual([]);
  });

  test('restic backs up into Swift, and its repository is there for NFS', async ({ skip }) => {
    const restic = new Restic(doors.head.swiftTarget('alice'), 'backup', join(doors.scratch, 'cache'));
    if (restic.unavailable !== undefined) skip(restic.unavailable);
    const source = join(doors.scratch, 'source');
    mkdirSync(source);
    for (let index = 0; index < 20; index += 1) randomFile(`source/${index}`, 100_000 * index);
    await restic.expect(['init']);
    await restic.expect(['backup', source]);
    writeFileSync(join(source, '3'), 'changed');
    await restic.expect(['backup', source]);
    await restic.expect(['check', '--read-data']);
    const target = join(doors.scratch, 'restored');
    await restic.expect(['restore', 'latest', '--target', target]);
    for (let index = 0; index < 20; index += 1) {
      const file = join(source, String(index));
      expect(await sha256(join(target, file))).toBe(await sha256(file));
    }
    if (doors.libnfs.unavailable === undefined) {
      expect((await doors.libnfs.list('backup')).stdout.toString()).toMatch(/ config$/m);
    }
    await restic.expect(['forget', '--keep-last', '1', '--prune']);
    await restic.expect(['check']);
  });
});

test('the head saw no fault, and its volume is whole', async () => {
  expect(doors.head.faults()).toEqual([]);
  expect(await doors.head.volumeProblems()).toEqual([]);
});
