import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TarReader } from '../request/tar.ts';
import { anna, door, jsonOf, withDoor } from '../test/with-door.ts';

withDoor();

const long = `${'d'.repeat(120)}/${'f'.repeat(150)}`;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'swift-archive-'));
  mkdirSync(join(directory, 'c1', 'sub'), { recursive: true });
  mkdirSync(join(directory, 'c2', 'd'.repeat(120)), { recursive: true });
  writeFileSync(join(directory, 'c1', 'one.txt'), 'first');
  writeFileSync(join(directory, 'c1', 'sub', 'täwo'), 'x'.repeat(100_000));
  writeFileSync(join(directory, 'c1', 'empty'), '');
  writeFileSync(join(directory, 'c2', long), 'long');
});

afterAll(() => rmSync(directory, { recursive: true }));

const archive = (...options: readonly string[]): Buffer =>
  execFileSync('tar', ['-c', '-C', directory, ...options, 'c1', 'c2']);

async function send(path: string, body: Uint8Array): Promise<unknown> {
  const url = `${door.url}/v1/AUTH_default${path}`;
  const headers = { 'x-auth-token': anna.token, accept: 'application/json' };
  const answer = await fetch(url, { method: 'PUT', headers, body: Buffer.from(body) });
  return jsonOf(await answer.text());
}

describe.each(['--format=gnu', '--format=pax', '--format=posix'])('an archive of tar %s', (format) => {
  it('becomes objects, and containers where they are not there', async () => {
    expect(await send('?extract-archive=tar', archive(format))).toMatchObject({
      'Number Files Created': 4,
      'Response Status': '201 Created',
    });
    expect((await anna.send('GET', 'c1')).text).toBe('empty\none.txt\nsub/täwo\n');
    expect((await anna.send('GET', 'c1/sub/t%C3%A4wo')).text).toBe('x'.repeat(100_000));
    expect((await anna.send('GET', `c2/${long}`)).text).toBe('long');
    expect((await anna.send('HEAD', 'c1/one.txt')).headers.get('content-type')).toBe('text/plain');
  });

  it('goes below a prefix, packed as well', async () => {
    await anna.send('PUT', 'c');
    expect(await send('/c/pre/?extract-archive=tar.gz', archive(format, '-z'))).toMatchObject({
      'Number Files Created': 4,
    });
    expect((await anna.send('GET', 'c/pre/c1/one.txt')).text).toBe('first');
  });
});

/** An archive whose first extended header has no length, nor any space, after its first record. */
function withoutLength(): Buffer {
  const bytes = archive('--format=pax');
  for (let at = bytes.indexOf('\n'); at % 512 !== 0; at += 1) if (bytes[at] === 0x20) bytes[at] = 0x5f;
  return bytes;
}

it.each([
  ['a record without a length', 'tar', withoutLength],
  ['nothing', 'tar', () => Buffer.alloc(0)],
  ['zeros', 'tar', () => Buffer.alloc(10_240)],
  ['something else', 'tar', () => Buffer.alloc(1024, 'x')],
  ['half an archive', 'tar', () => archive().subarray(0, 1000)],
  ['no gzip', 'tar.gz', () => Buffer.from('hello')],
  ['half a gzip', 'tar.gz', () => archive('-z').subarray(0, 200)],
])('%s is told to be no archive', async (_what, format, bytes) => {
  await anna.send('PUT', 'c');
  expect(await send(`/c?extract-archive=${format}`, bytes())).toMatchObject({ 'Response Status': '400 Bad Request' });
});

it('formats that are not known, and containers that may not be written, are refused', async () => {
  expect((await anna.send('PUT', '?extract-archive=zip', {}, 'x')).status).toBe(400);
  const bert = await door.client('default:bert');
  await bert.send('PUT', 'c1');
  await bert.send('PUT', 'c2');
  expect(await send('?extract-archive=tar', archive())).toMatchObject({
    'Number Files Created': 0,
    Errors: expect.arrayContaining([['c1/one.txt', '403 Forbidden']]) as unknown,
  });
});

it('an archive is read alike in whatever pieces it comes, and damaged ones end', async () => {
  const bytes = archive('--format=pax');
  const readAll = async (given: Uint8Array, cuts: readonly number[]): Promise<string[]> => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), given.length];
    const reader = new TarReader({
      async *[Symbol.asyncIterator]() {
        for (const [index, edge] of edges.slice(1).entries()) yield Buffer.from(given.subarray(edges[index], edge));
      },
    });
    const found: string[] = [];
    for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
      let length = 0;
      for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) length += piece.length;
      found.push(`${entry.name} ${length}`);
    }
    return found;
  };
  const whole = await readAll(bytes, []);
  expect(whole).toContain('c1/sub/täwo 100000');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(bytes.length), { maxLength: 10 }),
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 3 }),
      async (cuts, changes) => {
        expect(await readAll(bytes, cuts)).toEqual(whole);
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        await readAll(damaged, cuts).catch((error: Error) => expect(error.name).toMatch(/^(SwiftError|HttpFault)$/));
      },
    ),
    { numRuns: 100 },
  );
});
