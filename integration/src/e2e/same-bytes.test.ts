import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../clients/command.ts';
import type { StoreClient } from '../clients/store-client.ts';
import { quote } from '../kernel/guest.ts';
import { Doors, noKernel } from './doors.ts';

const MIB = 2 ** 20;
const names = ['aws', 'rclone', 's3cmd', 'aws-sdk', 'libnfs', 'kernel'] as const;
type ClientName = (typeof names)[number] | 'aws-sdk-upload';

let doors: Doors;

beforeAll(async () => {
  doors = await Doors.open({ kernel: true });
});

afterAll(async () => {
  await doors?.[Symbol.asyncDispose]();
});

function client(name: ClientName): StoreClient | { readonly unavailable: string } {
  return doors.clients.find((each) => each.name === name) ?? { unavailable: noKernel ?? `no client ${name}` };
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
const latin1 = (key: string): string => Buffer.from(key).toString('latin1');

describe('sizes, from each client to each other', () => {
  const cases = [0, 1, MIB + 1].flatMap((size) => names.map((writer) => ({ size, writer })));

  test.for(cases)('$size bytes by $writer', async ({ size, writer }, { skip }) => {
    const by = need(writer, skip);
    const file = randomFile(`size-${size}-${writer}`, size);
    const wanted = await sha256(file);
    const path = `size-${size}-${writer}`;
    await by.put(file, path);
    const have: Record<string, string> = {};
    for (const reader of readers(...names)) have[reader.name] = await reader.sum(path);
    expect(have).toEqual(Object.fromEntries(readers(...names).map(({ name }) => [name, wanted])));
  });

  const large: { writer: ClientName; by: ClientName[] }[] = [
    { writer: 'kernel', by: ['aws-sdk', 'rclone'] },
    { writer: 'libnfs', by: ['aws'] },
    { writer: 'aws', by: ['kernel', 'libnfs'] },
    { writer: 'aws-sdk', by: ['libnfs', 's3cmd'] },
    { writer: 'aws-sdk-upload', by: ['libnfs'] },
    { writer: 'rclone', by: ['libnfs'] },
    { writer: 's3cmd', by: ['libnfs'] },
  ];

  test.for(large)('300 MiB by $writer, read by $by', async ({ writer, by }, { skip }) => {
    const one = need(writer, skip);
    const file = randomFile('large', 300 * MIB);
    const wanted = await sha256(file);
    await one.put(file, 'large');
    for (const reader of readers(...by)) expect(await reader.sum('large'), reader.name).toBe(wanted);
    rmSync(file);
    await doors.sdk.remove('large');
  });
});

describe('names', () => {
  const written: readonly (readonly [string, string])[] = [
    ['spaces', ' a name  with spaces '],
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
    ['quotes', `'"\`\\`],
    ['what looks like our own escape', '%%qa'],
  ];

  test.for(['aws', 'aws-sdk', 'rclone', 's3cmd'] as const)('written by %s', async (by, { skip }) => {
    const one = need(by, skip);
    const folder = `names-${by}`;
    const wanted = new Map<string, string>();
    for (const [label, name] of written) {
      const file = textFile('named', `${by} wrote ${name}`);
      await one.put(file, `${folder}/${name}`);
      const sum = await sha256(file);
      expect(await doors.sdk.sum(`${folder}/${name}`), label).toBe(sum);
      wanted.set(latin1(name), sum);
    }
    expect(await doors.sdk.keys(`${folder}/`)).toEqual(
      written.map(([, name]) => `${folder}/${name}`).toSorted(byBytes),
    );
    if (noKernel === undefined) expect(await doors.kernel.tree(folder)).toEqual(wanted);
    const { libnfs } = doors;
    if (libnfs.unavailable !== undefined) return;
    for (const [label, name] of written) {
      expect(await libnfs.sum(`${folder}/${name}`), label).toBe(wanted.get(latin1(name)));
    }
  });

  test.skipIf(noKernel !== undefined)('forty odd ones by the kernel, invalid UTF-8 among them', async () => {
    const { guest, kernel, sdk } = doors;
    const { status, output } = await guest.run(guest.workload('names', kernel.at));
    expect(status, output).toBe(0);
    const lines = output.matchAll(/^file ([0-9a-f]+) ([0-9a-f]{64})$/gm);
    const files = new Map([...lines].map(([, hex = '', sum = '']) => [Buffer.from(hex, 'hex'), sum]));
    expect(files.size).toBeGreaterThan(30);
    const valid = new Map([...files].filter(([name]) => isUtf8(name)).map(([name, sum]) => [name.toString(), sum]));
    const invalid = [...files].filter(([name]) => !isUtf8(name));
    // Made by root, to be written by alice.
    await guest.expect(`chown -R alice:alice ${kernel.at}/names`);
    expect(invalid.length).toBeGreaterThan(2);

    const keys = await sdk.keys('names/');
    expect(keys).toEqual(keys.toSorted(byBytes));
    const own = keys
      .map((key) => key.slice('names/'.length))
      .filter((key) => key !== '' && !key.startsWith('folders/'));
    expect(own.filter((key) => valid.has(key)).toSorted()).toEqual([...valid.keys()].toSorted());
    const sums = new Map<string, string>();
    for (const key of own) sums.set(key, await sdk.sum(`names/${key}`));
    for (const [name, sum] of valid) expect(sums.get(name), name).toBe(sum);

    // What is no UTF-8 has a key of its own, by which it is read and written.
    const strange = own.filter((key) => !valid.has(key));
    expect(strange.map((key) => sums.get(key) ?? '').toSorted()).toEqual(invalid.map(([, sum]) => sum).toSorted());
    for (const key of strange) {
      const [name] = invalid.find(([, sum]) => sum === sums.get(key))!;
      await sdk.putBytes(`names/${key}`, `S3 wrote ${key}`);
      const have = (await kernel.tree('names')).get(name.toString('latin1'));
      expect(have).toBe(await sha256(textFile('strange', `S3 wrote ${key}`)));
    }
    expect((await kernel.tree('names')).size).toBe(2 * files.size);
  });

  test.skipIf(noKernel !== undefined)('forty odd ones by the kernel, for the AWS CLI and rclone', async () => {
    const target = join(doors.scratch, 'names');
    mkdirSync(target);
    // The AWS CLI downloads to a name of nine bytes more, which this machine must allow.
    const wanted = [...(await doors.kernel.tree('names/folders'))].filter(
      ([name]) => isUtf8(Buffer.from(name, 'latin1')) && !isLong(name),
    );
    const short = ['--exclude', `${'x'.repeat(200)}*`, '--exclude', `${'\u20AC'.repeat(80)}*`];
    await doors.aws.s3(['cp', '--recursive', '--only-show-errors', ...short, 's3://files/names/folders', target]);
    for (const [name, sum] of wanted) {
      expect(await sha256(join(target, Buffer.from(name, 'latin1').toString())), name).toBe(sum);
    }
    await doors.rclone.expect(['check', '--download', '--one-way', target, doors.rclone.remote('names/folders')]);
  });
});

describe('keys', () => {
  const segment = 'segment-'.repeat(125);
  const keys = [
    'a',
    'a/b',
    'a//b',
    'a/b/',
    '/lead',
    '//',
    '../x',
    'x/../y',
    './z',
    '.',
    '..',
    'a.',
    'a/b.txt',
    segment,
    '%2E%2E/x',
    '\u{FFFD}',
    '\u{FFFF}',
    '\u{1F600}',
  ];

  test('each is an object of its own, listed in order, read back, seen by NFS', async () => {
    const { sdk } = doors;
    const prefix = 'keys/';
    for (const key of keys) await sdk.putBytes(prefix + key, `content of ${key}`);
    const wanted = keys.map((key) => prefix + key).toSorted(byBytes);
    expect(await sdk.keys(prefix)).toEqual(wanted);
    for (const key of keys) expect((await sdk.bytes(prefix + key)).toString()).toBe(`content of ${key}`);
    if (noKernel !== undefined) return;
    const sums = await Promise.all(
      keys.map((key) => sha256(textFile(`key-${keys.indexOf(key)}`, `content of ${key}`))),
    );
    expect([...(await doors.kernel.tree('keys')).values()].toSorted()).toEqual(sums.toSorted());
    // Nothing climbed out of the share's folder, or of this one.
    expect(await doors.guest.expect(`ls -A ${doors.kernel.at} | grep -c '^[xyz]$' || true`)).toBe('0\n');
  });

  test('the AWS CLI reads what the SDK wrote, and the other way', async ({ skip }) => {
    need('aws', skip);
    for (const key of ['a', 'a/b', 'a//b', '../x', segment]) {
      const out = join(doors.scratch, 'key');
      const got = await doors.aws.api('get-object', ['--key', `keys/${key}`, out]);
      expect(got.status, got.stderr).toBe(0);
      expect(await sha256(out)).toBe(await sha256(textFile('key-wanted', `content of ${key}`)));
      const put = await doors.aws.api('put-object', [
        '--key',
        `keys/${key}`,
        '--body',
        textFile('key-put', `CLI ${key}`),
      ]);
      expect(put.status, put.stderr).toBe(0);
      expect((await doors.sdk.bytes(`keys/${key}`)).toString()).toBe(`CLI ${key}`);
    }
  });

  test('deleted one by one, with the folders that only they had made', async () => {
    const { sdk } = doors;
    const all = await sdk.keys('keys/');
    for (const key of all) {
      await sdk.remove(key);
      await expect(sdk.bytes(key)).rejects.toMatchObject({ name: 'NoSuchKey' });
    }
    expect(await sdk.keys('keys/')).toEqual([]);
    expect((await doors.libnfs.list()).stdout.toString()).not.toMatch(/ keys$/m);
  });
});

describe('many and deep', () => {
  const entries = 10_000;

  test('10,000 objects of one folder, made by S3', async ({ skip }) => {
    need('rclone', skip);
    const folder = join(doors.scratch, 'many');
    mkdirSync(folder);
    for (let number = 0; number < entries; number += 1)
      writeFileSync(join(folder, `entry-${String(number).padStart(6, '0')}`), '');
    const { rclone, sdk, libnfs } = doors;
    await rclone.expect(['copy', '--transfers', '16', '--no-traverse', '--size-only', folder, rclone.remote('many')]);
    const wanted = Array.from({ length: entries }, (_, number) => `entry-${String(number).padStart(6, '0')}`);
    expect(await sdk.keys('many/')).toEqual(wanted.map((name) => `many/${name}`));
    const listing = (await libnfs.list('many')).stdout.toString().split('\n');
    expect(listing.flatMap((line) => line.match(/entry-\d+$/)?.[0] ?? []).toSorted()).toEqual(wanted);
    rmSync(folder, { recursive: true });
  });

  test.skipIf(noKernel !== undefined)('10,000 entries for the kernel, and deleted by S3', async () => {
    const { guest, kernel, sdk } = doors;
    expect(await guest.expect(`ls ${kernel.at}/many | sort -u | wc -l`)).toBe(`${entries}\n`);
    await guest.expect(`cd ${kernel.at}/many && rm entry-00000*`);
    const keys = await sdk.keys('many/');
    expect(keys).toHaveLength(entries - 10);
    await sdk.removeAll(keys);
    expect(await sdk.keys('many/')).toEqual([]);
    await expect.poll(async () => guest.expect(`ls ${kernel.at}`), { timeout: 60_000 }).not.toMatch(/^many$/m);
  });

  test.skipIf(noKernel !== undefined)('deep folders', async () => {
    const { guest, kernel, sdk } = doors;
    const deep = Array.from({ length: 200 }, (_, level) => `l${level}`).join('/');
    await guest.expect(`mkdir -p ${kernel.at}/deep/${deep} && echo -n deep >${kernel.at}/deep/${deep}/file`);
    expect((await sdk.bytes(`deep/${deep}/file`)).toString()).toBe('deep');
    const longest = `deep2/${'d/'.repeat(500)}`.padEnd(1024, 'k');
    await sdk.putBytes(longest, 'from S3');
    expect(await guest.expect(`cat ${quote(`${kernel.at}/${longest}`)}`)).toBe('from S3');
    await sdk.remove(longest);
    expect(await sdk.keys('deep2/')).toEqual([]);
  });
});

test('the head saw no fault, and its volume is whole', async () => {
  expect(doors.head.faults()).toEqual([]);
  expect(await doors.head.volumeProblems()).toEqual([]);
});

function isLong(path: string): boolean {
  return path.split('/').some((name) => name.length > 240);
}

function isUtf8(name: Buffer): boolean {
  return Buffer.from(name.toString()).equals(name);
}
