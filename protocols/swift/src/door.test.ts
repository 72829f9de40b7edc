import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FormReader } from './request/form.ts';
import type { TestClient, TestDoor } from './test/open-door.ts';
import { openDoor, shareNamed } from './test/open-door.ts';

let door: TestDoor;
let anna: TestClient;

beforeEach(async () => {
  door = await openDoor();
  anna = await door.client('default:anna');
});

afterEach(async () => {
  await door.close();
  expect(door.faults).toEqual([]);
});

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

async function put(key: string, text: string, headers: Record<string, string> = {}): Promise<void> {
  expect((await anna.send('PUT', key, headers, text)).status).toBe(201);
}

const jsonOf = (text: string): unknown => JSON.parse(text);

describe('containers', () => {
  it('are made, described, listed and removed; each is a share', async () => {
    expect((await anna.send('PUT', 'docs', { 'x-container-meta-colour': 'red' })).status).toBe(201);
    expect((await anna.send('PUT', 'docs')).status).toBe(202);
    expect(shareNamed(door, 'docs').owner).toBe(door.core.accounts.userByName('default', 'anna')?.id);
    await put('docs/a', 'hello');
    const head = await anna.send('HEAD', 'docs');
    expect(head.status).toBe(204);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'x-container-object-count': '1',
      'x-container-bytes-used': '5',
      'x-container-meta-colour': 'red',
      'x-storage-policy': 'default',
    });
    await anna.send('POST', 'docs', { 'x-container-meta-size': 'big', 'x-remove-container-meta-colour': 'x' });
    const after = await anna.send('HEAD', 'docs');
    expect(after.headers.get('x-container-meta-size')).toBe('big');
    expect(after.headers.has('x-container-meta-colour')).toBe(false);
    expect((await anna.send('DELETE', 'docs')).status).toBe(409);
    await anna.send('DELETE', 'docs/a');
    expect((await anna.send('DELETE', 'docs')).status).toBe(204);
    expect((await anna.send('HEAD', 'docs')).status).toBe(404);
  });

  it('are listed in three formats, with every parameter', async () => {
    await anna.send('PUT', 'c');
    for (const key of ['a', 'a/b', 'a/c/d', 'b', 'c', 'd/']) await put(`c/${key}`, key);
    const plain = async (query: string) => (await anna.send('GET', `c?${query}`)).text.split('\n').slice(0, -1);
    expect(await plain('')).toEqual(['a', 'a/b', 'a/c/d', 'b', 'c', 'd/']);
    expect(await plain('delimiter=/')).toEqual(['a', 'a/', 'b', 'c', 'd/']);
    expect(await plain('prefix=a/&delimiter=/')).toEqual(['a/b', 'a/c/']);
    expect(await plain('marker=a/b&end_marker=c')).toEqual(['a/c/d', 'b']);
    expect(await plain('limit=2')).toEqual(['a', 'a/b']);
    expect(await plain('reverse=on')).toEqual(['d/', 'c', 'b', 'a/c/d', 'a/b', 'a']);
    expect(await plain('reverse=on&marker=c&end_marker=a&limit=2')).toEqual(['b', 'a/c/d']);
    expect(await plain('path=')).toEqual(['a', 'b', 'c', 'd/']);
    expect(await plain('path=a')).toEqual(['a/b']);
    expect((await anna.send('GET', 'c?prefix=none')).status).toBe(204);
    expect((await anna.send('GET', 'c?limit=10001')).status).toBe(412);
    const listed = await anna.send('GET', 'c?format=json&delimiter=/&prefix=a');
    expect(jsonOf(listed.text)).toEqual([
      {
        name: 'a',
        hash: md5('a'),
        bytes: 1,
        content_type: 'text/plain;charset=UTF-8',
        last_modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/) as string,
      },
      { subdir: 'a/' },
    ]);
    const xml = await anna.send('GET', 'c?delimiter=/&prefix=a', { accept: 'application/xml' });
    expect(xml.text).toContain('<container name="c"><object><name>a</name>');
    expect(xml.text).toContain('<subdir name="a/"><name>a/</name></subdir>');
    expect((await anna.send('GET', 'c', { accept: 'image/png' })).status).toBe(406);
  });

  it('names are private to a tenant, and may not differ in case alone', async () => {
    const zoe = await door.client('other:zoe');
    expect((await anna.send('PUT', 'Photos')).status).toBe(201);
    expect((await zoe.send('PUT', 'Photos')).status).toBe(201);
    expect((await anna.send('PUT', 'photos')).status).toBe(409);
    expect((await zoe.send('GET', '/v1/AUTH_default/Photos')).status).toBe(403);
    expect((await anna.send('PUT', 'x'.repeat(256))).status).toBe(400);
  });

  it('of an account are listed with what they hold', async () => {
    for (const name of ['b', 'a', 'c']) await anna.send('PUT', name);
    await put('a/k', 'hello');
    const account = await anna.send('GET', '?format=json');
    expect(jsonOf(account.text)).toMatchObject([
      { name: 'a', count: 1, bytes: 5 },
      { name: 'b', count: 0, bytes: 0 },
      { name: 'c', count: 0, bytes: 0 },
    ]);
    expect((await anna.send('GET', '?reverse=true&limit=2')).text).toBe('c\nb\n');
    const head = await anna.send('HEAD', '');
    expect(head.headers.get('x-account-container-count')).toBe('3');
    expect(head.headers.get('x-account-bytes-used')).toBe('5');
    // What others own and only they may list is not shown.
    const bert = await door.client('default:bert');
    expect((await bert.send('GET', '')).status).toBe(204);
    expect((await anna.send('POST', '', { 'x-account-meta-a': 'b' })).status).toBe(403);
    const boss = await door.client('default:boss');
    expect((await boss.send('POST', '', { 'x-account-meta-a': 'b' })).status).toBe(204);
    expect((await anna.send('HEAD', '')).headers.get('x-account-meta-a')).toBe('b');
  });
});

describe('objects', () => {
  beforeEach(() => anna.send('PUT', 'c'));

  it('are put, read, described and removed', async () => {
    const made = await anna.send(
      'PUT',
      'c/a/b',
      { 'content-type': 'text/html', 'x-object-meta-colour': 'röt' },
      'hello',
    );
    expect([made.status, made.headers.get('etag')]).toEqual([201, md5('hello')]);
    const read = await anna.send('GET', 'c/a/b');
    expect(read.text).toBe('hello');
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'text/html',
      etag: md5('hello'),
      'content-length': '5',
      'accept-ranges': 'bytes',
      'last-modified': made.headers.get('last-modified'),
    });
    expect((await anna.send('POST', 'c/a/b', { 'x-object-meta-size': '1' })).status).toBe(202);
    const head = await anna.send('HEAD', 'c/a/b');
    expect(head.headers.has('x-object-meta-colour')).toBe(false);
    expect(head.headers.get('x-object-meta-size')).toBe('1');
    expect(head.headers.get('content-type')).toBe('text/html');
    expect((await anna.send('DELETE', 'c/a/b')).status).toBe(204);
    expect((await anna.send('DELETE', 'c/a/b')).status).toBe(404);
    expect((await anna.send('GET', 'c/a/b')).status).toBe(404);
  });

  it('are refused with another MD5 than the client expects, and beyond limits', async () => {
    expect((await anna.send('PUT', 'c/k', { etag: md5('other') }, 'hello')).status).toBe(422);
    expect((await anna.send('HEAD', 'c/k')).status).toBe(404);
    expect((await anna.send('PUT', 'c/k', { etag: `"${md5('hello')}"` }, 'hello')).status).toBe(201);
    expect((await anna.send('PUT', `c/${'k'.repeat(1025)}`, {}, 'x')).status).toBe(400);
    expect((await anna.send('PUT', 'none/k', {}, 'x')).status).toBe(404);
    expect((await anna.send('PUT', 'c/k', { 'x-object-meta-a': 'x'.repeat(257) }, 'x')).status).toBe(400);
    expect((await anna.send('PUT', 'c/k', { 'x-delete-at': '1' }, 'x')).status).toBe(400);
    expect((await anna.send('PUT', 'c/k', { 'x-symlink-target': 'c/a' }, 'x')).status).toBe(501);
    expect((await anna.send('POST', 'c', { 'x-container-meta-web-index': 'i.html' })).status).toBe(501);
    expect((await anna.send('PUT', 'c/k?extract-archive=tar', {}, 'x')).status).toBe(501);
    expect((await anna.send('PATCH', 'c/k')).status).toBe(405);
  });

  it('are read in ranges, one or several, and under conditions', async () => {
    await put('c/k', '0123456789', { 'content-type': 'text/plain' });
    const get = (headers: Record<string, string>) => anna.send('GET', 'c/k', headers);
    const one = await get({ range: 'bytes=2-4' });
    expect([one.status, one.text, one.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
    const two = await get({ range: 'bytes=0-1,-2' });
    const boundary = /boundary=([0-9a-f]{32})$/.exec(two.headers.get('content-type') ?? '')?.[1];
    const part = (range: string, text: string): string =>
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/10\r\n\r\n${text}\r\n`;
    expect(two.text).toBe(`${part('0-1', '01')}${part('8-9', '89')}--${boundary}--`);
    expect(two.headers.get('content-length')).toBe(String(two.text.length));
    expect((await get({ range: 'bytes=10-' })).status).toBe(416);
    expect((await get({ 'if-match': 'no' })).status).toBe(412);
    const same = await get({ 'if-none-match': md5('0123456789') });
    expect([same.status, same.headers.get('etag')]).toEqual([304, md5('0123456789')]);
    expect((await get({ range: 'bytes=0-1', 'if-range': '"no"' })).status).toBe(200);
    expect((await anna.send('PUT', 'c/k', { 'if-none-match': '*' }, 'x')).status).toBe(412);
  });

  it('are copied, with their metadata or a new one, and in ranges', async () => {
    await put('c/k', 'hello', { 'x-object-meta-a': '1' });
    const copied = await anna.send('COPY', 'c/k', { destination: 'c/l%20m', 'x-object-meta-b': '2' });
    expect([copied.status, copied.headers.get('x-copied-from')]).toEqual([201, 'c/k']);
    const head = await anna.send('HEAD', 'c/l%20m');
    expect([head.headers.get('x-object-meta-a'), head.headers.get('x-object-meta-b')]).toEqual(['1', '2']);
    const fresh = { 'x-copy-from': '/c/k', 'x-fresh-metadata': 'true', 'content-length': '0' };
    await anna.send('PUT', 'c/n', fresh);
    expect((await anna.send('HEAD', 'c/n')).headers.has('x-object-meta-a')).toBe(false);
    await anna.send('COPY', 'c/k', { destination: 'c/part', range: 'bytes=1-2' });
    expect((await anna.send('GET', 'c/part')).text).toBe('el');
    expect((await anna.send('COPY', 'c/k')).status).toBe(412);
    expect((await anna.send('COPY', 'c/none', { destination: 'c/x' })).status).toBe(404);
  });

  it('that expire are gone at once, and removed in the end', async () => {
    await put('c/k', 'hello', { 'x-delete-after': '100' });
    expect((await anna.send('HEAD', 'c/k')).headers.has('x-delete-at')).toBe(true);
    door.advance(200_000);
    for (const method of ['GET', 'HEAD', 'POST']) expect((await anna.send(method, 'c/k')).status).toBe(404);
    expect((await anna.send('GET', 'c')).text).toBe('');
    expect((await anna.send('COPY', 'c/k', { destination: 'c/l' })).status).toBe(404);
  });

  it('are those of the other doors', async () => {
    const s3 = door.callerOf('anna');
    const { id } = shareNamed(door, 'c');
    await put('c/ours', 'hello', {
      'content-type': 'text/css',
      'x-object-meta-colour': 'red',
      'cache-control': 'private',
    });
    expect((await door.core.objects.head(s3, id, 'ours')).metadata).toEqual({
      headers: { 'content-type': 'text/css', 'cache-control': 'private' },
      user: { colour: 'red' },
    });
    const upload = await door.core.objects.createUpload(s3, id, 'theirs', {
      headers: { 'content-type': 'text/csv' },
      user: { size: 'large' },
    });
    const body = { read: () => Promise.resolve(undefined) };
    const first = await door.core.objects.putPart(s3, id, 'theirs', upload.id, 1, body);
    await door.core.objects.completeUpload(s3, id, 'theirs', upload.id, [{ number: 1, etag: first.etag }]);
    const head = await anna.send('HEAD', 'c/theirs');
    expect(head.headers.get('x-object-meta-size')).toBe('large');
    // Clients check what they read against it.
    expect(head.headers.get('etag')).toBe(md5(''));
    expect(head.headers.has('x-static-large-object')).toBe(false);
  });
});

describe('large objects', () => {
  beforeEach(async () => {
    await anna.send('PUT', 'c');
    await anna.send('PUT', 'segments');
    await put('segments/big/1', 'one ');
    await put('segments/big/2', 'two ');
    await put('segments/big/3', 'three');
  });

  const whole = 'one two three';
  const etag = md5(md5('one ') + md5('two ') + md5('three'));
  const contentElsewhere = async (key: string): Promise<string> => {
    const reader = await door.core.objects.get(door.callerOf('anna'), shareNamed(door, 'c').id, key);
    const bytes = Buffer.from(await reader.read(0, 1000)).toString();
    await reader.close();
    return bytes;
  };

  it('static ones are made of segments, for every door', async () => {
    const manifest = [
      { path: 'segments/big/1', etag: md5('one '), size_bytes: 4 },
      { path: '/segments/big/2' },
      { path: 'segments/big/3', etag: null, size_bytes: null },
    ];
    const made = await anna.send(
      'PUT',
      'c/k?multipart-manifest=put',
      { 'x-object-meta-a': 'b' },
      JSON.stringify(manifest),
    );
    expect([made.status, made.headers.get('etag')]).toEqual([201, `"${etag}"`]);
    const read = await anna.send('GET', 'c/k');
    expect([read.text, read.headers.get('etag'), read.headers.get('x-object-meta-a')]).toEqual([
      whole,
      `"${etag}"`,
      'b',
    ]);
    expect(read.headers.get('x-static-large-object')).toBe('True');
    expect(await contentElsewhere('k')).toBe(whole);
    expect((await anna.send('GET', 'c/k', { 'if-none-match': `"${etag}"` })).status).toBe(304);
    expect((await anna.send('GET', 'c/k?part-number=2')).text).toBe('two ');
    const shown = await anna.send('GET', 'c/k?multipart-manifest=get');
    expect(jsonOf(shown.text)).toMatchObject([
      { name: '/segments/big/1', hash: md5('one '), bytes: 4 },
      { name: '/segments/big/2', hash: md5('two '), bytes: 4 },
      { name: '/segments/big/3', hash: md5('three'), bytes: 5 },
    ]);
    const raw = await anna.send('GET', 'c/k?multipart-manifest=get&format=raw');
    expect((await anna.send('PUT', 'c/again?multipart-manifest=put', {}, raw.text)).headers.get('etag')).toBe(
      `"${etag}"`,
    );
    expect(jsonOf((await anna.send('GET', 'c?format=json')).text)).toMatchObject([
      { name: 'again', bytes: whole.length, slo_etag: `"${etag}"` },
      { name: 'k', bytes: whole.length, hash: md5(shown.text), slo_etag: `"${etag}"` },
    ]);
    await anna.send('POST', 'c/k', { 'x-object-meta-a': 'c' });
    expect((await anna.send('HEAD', 'c/k')).headers.get('etag')).toBe(`"${etag}"`);
    await anna.send('COPY', 'c/k', { destination: 'c/copy' });
    expect((await anna.send('HEAD', 'c/copy')).headers.get('etag')).toBe(md5(whole));
    const removed = await anna.send('DELETE', 'c/k?multipart-manifest=delete', { accept: 'application/json' });
    expect(jsonOf(removed.text)).toMatchObject({ 'Number Deleted': 4, 'Response Status': '200 OK' });
    expect((await anna.send('GET', 'segments')).status).toBe(204);
    expect((await anna.send('GET', 'c/again')).text).toBe(whole);
  });

  it('static ones have ranges, bytes of their own, and large objects within', async () => {
    await anna.send('PUT', 'c/inner?multipart-manifest=put', {}, JSON.stringify([{ path: 'segments/big/1' }]));
    const manifest = [
      { path: 'c/inner' },
      { path: 'segments/big/3', range: '1-2' },
      { data: Buffer.from('!').toString('base64') },
    ];
    const outer = md5(`${md5(md5('one '))}${md5('three')}:1-2;${md5('!')}`);
    const made = await anna.send('PUT', 'c/outer?multipart-manifest=put', { etag: outer }, JSON.stringify(manifest));
    expect([made.status, made.headers.get('etag')]).toEqual([201, `"${outer}"`]);
    expect((await anna.send('GET', 'c/outer')).text).toBe('one hr!');
    const removed = await anna.send('DELETE', 'c/outer?multipart-manifest=delete', { accept: 'application/json' });
    expect(jsonOf(removed.text)).toMatchObject({ 'Number Deleted': 4 });
  });

  it('that name each other a thousand times are deleted once', async () => {
    let inner = 'segments/big/1';
    for (let level = 0; level < 6; level++) {
      const segments = Array.from({ length: 100 }, () => ({ path: inner, range: '0-0' }));
      inner = `c/level-${level}`;
      const made = await anna.send('PUT', `${inner}?multipart-manifest=put`, {}, JSON.stringify(segments));
      expect(made.status).toBe(201);
    }
    const removed = await anna.send('DELETE', `${inner}?multipart-manifest=delete`, { accept: 'application/json' });
    expect(jsonOf(removed.text)).toMatchObject({ 'Number Deleted': 7, 'Number Not Found': 0 });
  });

  it.each([
    ['no list', '{}'],
    ['no JSON', '['],
    ['no segment', '[]'],
    ['nothing', JSON.stringify([{ path: 'segments/none' }])],
    ['another size', JSON.stringify([{ path: 'segments/big/1', size_bytes: 5 }])],
    ['another etag', JSON.stringify([{ path: 'segments/big/1', etag: 'x' }])],
    ['a range beyond', JSON.stringify([{ path: 'segments/big/1', range: '4-' }])],
    ['no object', JSON.stringify([{ path: 'segments' }])],
    ['itself', JSON.stringify([{ path: 'c/k' }])],
    ['what nobody knows', JSON.stringify([{ path: 'segments/big/1', colour: 'red' }])],
    ['data alone', JSON.stringify([{ data: 'eA==' }])],
  ])('a manifest of %s is refused', async (_what, text) => {
    expect((await anna.send('PUT', 'c/k?multipart-manifest=put', {}, text)).status).toBe(400);
    expect((await anna.send('HEAD', 'c/k')).status).toBe(404);
  });

  it('dynamic ones are what their segments are, and a file for the other doors', async () => {
    await put('c/k', '', { 'x-object-manifest': 'segments/big/', 'x-object-meta-a': 'b' });
    const read = await anna.send('GET', 'c/k');
    expect([read.text, read.headers.get('etag'), read.headers.get('x-object-manifest')]).toEqual([
      whole,
      `"${etag}"`,
      'segments/big/',
    ]);
    expect(await contentElsewhere('k')).toBe(whole);
    expect((await anna.send('GET', 'c/k', { range: 'bytes=2-9' })).text).toBe('e two th');
    expect((await anna.send('GET', 'c/k?multipart-manifest=get')).text).toBe('');
    await put('segments/big/4', ' four');
    expect((await anna.send('GET', 'c/k')).text).toBe(`${whole} four`);
    expect((await anna.send('HEAD', 'c/k')).headers.get('content-length')).toBe('18');
    await anna.send('COPY', 'c/k', { destination: 'c/copy' });
    expect((await anna.send('HEAD', 'c/copy')).headers.has('x-object-manifest')).toBe(false);
    expect((await anna.send('GET', 'c/copy')).text).toBe(`${whole} four`);
    // What another door writes into the file is the object from then on.
    const { file } = await door.core.objects.head(door.callerOf('anna'), shareNamed(door, 'c').id, 'k');
    const place = { share: shareNamed(door, 'c').id, id: file };
    await door.core.files.write(door.callerOf('anna'), place, 0, [Buffer.from('ONE')], 'file');
    expect((await anna.send('GET', 'c/k')).text).toBe('ONE two three');
    expect((await anna.send('HEAD', 'c/k')).headers.has('x-object-manifest')).toBe(false);
    expect((await anna.send('PUT', 'c/bad', { 'x-object-manifest': 'segments' }, '')).status).toBe(400);
  });
});

describe('access', () => {
  const key = 'secret-key';

  beforeEach(async () => {
    await anna.send('PUT', 'c');
    await put('c/k', 'hello');
  });

  it('is for the tenant, by owner and mode, and for whom a list names', async () => {
    const bert = await door.client('default:bert');
    const zoe = await door.client('other:zoe');
    const nobody = await door.client();
    const path = '/v1/AUTH_default/c/k';
    const all = async () => Promise.all([bert, zoe, nobody].map(async (each) => (await each.send('GET', path)).status));
    expect(await all()).toEqual([403, 403, 401]);
    await anna.send('POST', 'c', { 'x-container-read': 'default:bert' });
    expect(await all()).toEqual([200, 403, 401]);
    await anna.send('POST', 'c', { 'x-container-read': 'other' });
    expect(await all()).toEqual([403, 200, 401]);
    await anna.send('POST', 'c', { 'x-container-read': '.r:*' });
    expect(await all()).toEqual([200, 200, 200]);
    expect((await nobody.send('GET', '/v1/AUTH_default/c')).status).toBe(401);
    await anna.send('POST', 'c', { 'x-container-read': '.r:*,.rlistings' });
    expect((await nobody.send('GET', '/v1/AUTH_default/c')).text).toBe('k\n');
    await anna.send('POST', 'c', { 'x-container-read': '.r:.example.org,.r:-bad.example.org' });
    const from = async (referer: string) => (await nobody.send('GET', path, { referer })).status;
    expect(await from('https://www.example.org/x')).toBe(200);
    expect(await from('https://bad.example.org/x')).toBe(401);
    expect((await anna.send('POST', 'c', { 'x-container-read': '.x:y' })).status).toBe(400);
    expect((await anna.send('POST', 'c', { 'x-container-write': '.r:*' })).status).toBe(400);
  });

  it('to write is lent with the rights of the owner', async () => {
    const zoe = await door.client('other:zoe');
    const path = '/v1/AUTH_default/c/z';
    expect((await zoe.send('PUT', path, {}, 'x')).status).toBe(403);
    await anna.send('POST', 'c', { 'x-container-write': 'other:zoe' });
    expect((await zoe.send('PUT', path, {}, 'x')).status).toBe(201);
    expect((await anna.send('GET', 'c/z')).text).toBe('x');
    expect((await zoe.send('GET', path)).status).toBe(403);
    expect((await zoe.send('POST', '/v1/AUTH_default/c', { 'x-container-read': '.r:*' })).status).toBe(403);
    expect((await zoe.send('DELETE', path)).status).toBe(204);
    // Lists and keys are for those who may change them.
    expect((await anna.send('HEAD', 'c')).headers.get('x-container-write')).toBe('other:zoe');
    const anna2 = door.core.accounts.userByName('default', 'anna')!;
    await door.core.accounts.changeUser(anna2.id, { disabled: true });
    expect((await zoe.send('PUT', path, {}, 'x')).status).toBe(403);
  });

  const signed = (method: string, path: string, digest: string, more = '', secret = key): string => {
    const expires = Math.floor(Date.now() / 1000) + 60;
    const signature = createHmac(digest, secret).update(`${more}${method}\n${expires}\n${path}`).digest('hex');
    return `temp_url_sig=${signature}&temp_url_expires=${expires}`;
  };

  it.each(['sha1', 'sha256', 'sha512'])('is lent by temporary URLs with %s', async (digest) => {
    const nobody = await door.client();
    const path = '/v1/AUTH_default/c/k';
    const query = signed('GET', path, digest);
    expect((await nobody.send('GET', `${path}?${query}`)).status).toBe(401);
    await anna.send('POST', 'c', { 'x-container-meta-temp-url-key': key });
    const read = await nobody.send('GET', `${path}?${query}`);
    expect([read.status, read.text]).toEqual([200, 'hello']);
    expect(read.headers.get('content-disposition')).toContain('attachment; filename="k"');
    expect((await nobody.send('HEAD', `${path}?${query}`)).status).toBe(200);
    expect((await nobody.send('PUT', `${path}?${query}`, {}, 'x')).status).toBe(401);
    expect((await nobody.send('GET', `/v1/AUTH_default/c/other?${query}`)).status).toBe(401);
    expect((await nobody.send('PUT', `${path}?${signed('PUT', path, digest)}`, {}, 'new')).status).toBe(201);
    expect((await anna.send('GET', 'c/k')).text).toBe('new');
    door.advance(120_000);
    expect((await nobody.send('GET', `${path}?${query}`)).status).toBe(401);
  });

  it('of one object to write is not lent of others to read', async () => {
    const nobody = await door.client();
    await anna.send('POST', 'c', { 'x-container-meta-temp-url-key': key });
    const path = '/v1/AUTH_default/c/mine';
    const url = `${path}?${signed('PUT', path, 'sha256')}`;
    expect((await nobody.send('PUT', url, { 'x-copy-from': 'c/k' }, '')).status).toBe(401);
    const manifest = JSON.stringify([{ path: 'c/k' }]);
    const composed = await nobody.send('PUT', `${url}&multipart-manifest=put`, {}, manifest);
    expect([composed.status, composed.text]).toEqual([400, expect.stringContaining('401 Unauthorized')]);
    expect((await anna.send('HEAD', 'c/mine')).status).toBe(404);
  });

  it('of a manifest shows no segments of other owners', async () => {
    const nobody = await door.client();
    const boss = await door.client('default:boss');
    await boss.send('POST', '', { 'x-account-meta-temp-url-key': key });
    await boss.send('PUT', 'theirs');
    await boss.send('PUT', 'theirs/s1', {}, 'secret');
    await anna.send('PUT', 'more');
    await anna.send('PUT', 'more/s1', {}, 'own');
    const path = '/v1/AUTH_default/c/k';
    const read = () => nobody.send('GET', `${path}?${signed('GET', path, 'sha256')}`);
    await anna.send('PUT', 'c/k', { 'x-object-manifest': 'theirs/s' }, '');
    expect((await read()).status).toBe(401);
    await anna.send('PUT', 'c/k', { 'x-object-manifest': 'more/s' }, '');
    expect((await read()).text).toBe('own');
  });

  it('is lent for a prefix, to addresses, and by a key of the account', async () => {
    const nobody = await door.client();
    const boss = await door.client('default:boss');
    await boss.send('POST', '', { 'x-account-meta-temp-url-key-2': key });
    const path = '/v1/AUTH_default/c/k';
    const status = async (query: string, target = path) => (await nobody.send('GET', `${target}?${query}`)).status;
    expect(await status(signed('GET', path, 'sha256'))).toBe(200);
    const prefix = signed('GET', 'prefix:/v1/AUTH_default/c/k', 'sha256');
    expect(await status(`${prefix}&temp_url_prefix=k`)).toBe(200);
    expect(await status(`${prefix}&temp_url_prefix=k`, '/v1/AUTH_default/c/l')).toBe(401);
    const near = signed('GET', path, 'sha256', 'ip=127.0.0.0/8\n');
    expect(await status(`${near}&temp_url_ip_range=127.0.0.0/8`)).toBe(200);
    expect(await status(near)).toBe(401);
    const far = signed('GET', path, 'sha256', 'ip=10.0.0.1\n');
    expect(await status(`${far}&temp_url_ip_range=10.0.0.1`)).toBe(401);
    expect((await anna.send('HEAD', '')).headers.has('x-account-meta-temp-url-key-2')).toBe(false);
    expect((await boss.send('HEAD', '')).headers.get('x-account-meta-temp-url-key-2')).toBe(key);
  });

  it('to put is not lent to read', async () => {
    const nobody = await door.client();
    await anna.send('POST', 'c', { 'x-container-meta-temp-url-key': key });
    const path = '/v1/AUTH_default/c/new';
    const query = signed('PUT', path, 'sha256');
    const copied = await nobody.send('PUT', `${path}?${query}`, { 'x-copy-from': 'c/k', 'content-length': '0' });
    expect(copied.status).toBe(401);
    const manifest = JSON.stringify([{ path: 'c/k' }]);
    expect((await nobody.send('PUT', `${path}?multipart-manifest=put&${query}`, {}, manifest)).status).toBe(400);
    expect((await nobody.send('PUT', `${path}?${query}`, { 'x-object-manifest': 'c/k' }, '')).status).toBe(400);
    expect((await anna.send('HEAD', 'c/new')).status).toBe(404);
  });

  it('through a door that is read-only is to read', async () => {
    const share = shareNamed(door, 'c');
    const caller = { ...door.callerOf('anna'), door: 'internal' as const };
    await door.core.shares.change(caller, share.id, { doors: { swift: { readOnly: true } } });
    expect((await anna.send('GET', 'c/k')).status).toBe(200);
    expect((await anna.send('PUT', 'c/l', {}, 'x')).status).toBe(403);
    expect((await anna.send('POST', 'c', { 'x-container-read': '.r:*' })).status).toBe(403);
  });
});

it('holds what it takes to the limits of containers', async () => {
  expect((await anna.send('PUT', 'c', { 'x-container-meta-quota-bytes': 'many' })).status).toBe(400);
  await anna.send('DELETE', 'c');
  await anna.send('PUT', 'c', { 'x-container-meta-quota-bytes': '10', 'x-container-meta-quota-count': '3' });
  await put('c/a', '12345');
  expect((await anna.send('PUT', 'c/b', {}, '123456')).status).toBe(413);
  await put('c/b', '12345');
  expect((await anna.send('COPY', 'c/a', { destination: 'c/d' })).status).toBe(413);
  await anna.send('POST', 'c', { 'x-container-meta-quota-bytes': '' });
  await put('c/d', '123456');
  expect((await anna.send('PUT', 'c/e', {}, '')).status).toBe(413);
  const boss = await door.client('default:boss');
  expect((await boss.send('POST', '', { 'x-account-meta-quota-bytes': '20' })).status).toBe(403);
});

it('tells browsers whether a page may ask', async () => {
  await anna.send('PUT', 'c');
  await put('c/k', 'hello');
  const nobody = await door.client();
  const origin = 'https://www.example.org';
  const ask = (headers: Record<string, string>) =>
    nobody.send('OPTIONS', '/v1/AUTH_default/c/k', { origin, ...headers });
  expect((await ask({ 'access-control-request-method': 'GET' })).status).toBe(401);
  const labels = {
    'x-container-meta-access-control-allow-origin': `https://a.org ${origin}`,
    'x-container-meta-access-control-max-age': '60',
    'x-container-meta-access-control-expose-headers': 'x-object-meta-a',
  };
  await anna.send('POST', 'c', labels);
  const told = await ask({ 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-auth-token' });
  expect(told.status).toBe(200);
  expect(Object.fromEntries(told.headers)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'x-auth-token',
    'access-control-allow-methods': expect.stringContaining('PUT') as string,
    'access-control-max-age': '60',
  });
  expect((await ask({})).status).toBe(401);
  expect(told.headers.has('access-control-expose-headers')).toBe(false);
  await anna.send('POST', 'c/k', { 'x-object-meta-colour': 'red' });
  const read = await anna.send('GET', 'c/k', { origin });
  expect(read.headers.get('access-control-expose-headers')).toContain('x-object-meta-colour');
  expect(read.headers.get('access-control-allow-origin')).toBe(origin);
  expect(read.headers.get('access-control-expose-headers')).toContain('x-object-meta-a');
  expect(
    (await nobody.send('GET', '/v1/AUTH_default/c/k', { origin })).headers.has('access-control-allow-origin'),
  ).toBe(true);
  expect((await anna.send('GET', 'c/k', { origin: 'https://b.org' })).headers.has('access-control-allow-origin')).toBe(
    false,
  );
});

describe('forms', () => {
  const key = 'form-key';
  const path = '/v1/AUTH_default/c/prefix-';
  const pieces = (
    fields: Record<string, string>,
    files: readonly (readonly [name: string, content: string])[],
  ): string =>
    [
      ...Object.entries(fields).map(
        ([name, value]) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      ),
      ...files.map(
        ([name, content], index) =>
          `--XX\r\nContent-Disposition: form-data; name="file${index}"; filename="${name}"\r\nContent-Type: text/x-${index}\r\n\r\n${content}\r\n`,
      ),
      '--XX--\r\n',
    ].join('');
  const fieldsOf = (change: Record<string, string> = {}, secret = key): Record<string, string> => {
    const fields = {
      redirect: '',
      max_file_size: '10',
      max_file_count: '2',
      expires: String(Math.floor(Date.now() / 1000) + 60),
      ...change,
    };
    const text = [path, fields.redirect, fields.max_file_size, fields.max_file_count, fields.expires].join('\n');
    return { ...fields, signature: createHmac('sha256', secret).update(text).digest('hex') };
  };
  const send = async (body: string) =>
    fetch(`${door.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'multipart/form-data; boundary=XX' },
      body,
    });

  beforeEach(async () => {
    await anna.send('PUT', 'c', { 'x-container-meta-temp-url-key': key });
  });

  it('with a signature store their files', async () => {
    const answer = await send(
      pieces(fieldsOf(), [
        ['a', 'one\r\n--X'],
        ['b.txt', ''],
        ['', ''],
      ]),
    );
    expect(answer.status).toBe(201);
    expect((await anna.send('GET', 'c')).text).toBe('prefix-a\nprefix-b.txt\n');
    const read = await anna.send('GET', 'c/prefix-a');
    expect([read.text, read.headers.get('content-type')]).toEqual(['one\r\n--X', 'text/x-0']);
    const redirect = 'https://example.org/done?x=1';
    const back = await send(pieces(fieldsOf({ redirect }), [['a', 'x']]));
    expect([back.status, back.headers.get('location')]).toEqual([303, `${redirect}&status=201&message=`]);
    const long = await send(pieces(fieldsOf({ redirect }), [['a', 'x'.repeat(11)]]));
    expect(long.headers.get('location')).toContain('&status=413&message=FormPost%3A%20max_file_size');
  });

  it.each([
    ['a wrong key', () => pieces(fieldsOf({}, 'wrong'), [['a', 'x']]), 401],
    ['other words than were signed', () => pieces({ ...fieldsOf(), max_file_size: '99' }, [['a', 'x']]), 401],
    ['a time that is over', () => pieces(fieldsOf({ expires: '1' }), [['a', 'x']]), 401],
    ['no signature before the files', () => pieces({}, [['a', 'x']]), 400],
    ['more bytes', () => pieces(fieldsOf(), [['a', 'x'.repeat(11)]]), 413],
    ['no files', () => pieces(fieldsOf(), []), 400],
    ['no end', () => pieces(fieldsOf(), [['a', 'x']]).slice(0, -12), 499],
    ['another boundary', () => '--YY--', 499],
    ['no name', () => '--XX\r\n\r\nx\r\n--XX--', 400],
  ])('of %s are refused', async (_what, body, status) => {
    expect((await send(body())).status).toBe(status);
    expect((await anna.send('HEAD', 'c/prefix-a')).status).toBe(404);
  });

  it('of more files store the first ones', async () => {
    expect(
      (
        await send(
          pieces(
            fieldsOf(),
            ['a', 'b', 'c'].map((name) => [name, name] as const),
          ),
        )
      ).status,
    ).toBe(400);
    expect((await anna.send('GET', 'c')).text).toBe('prefix-a\nprefix-b\n');
  });

  it('are read alike in whatever pieces they come', async () => {
    const text = pieces({ a: '1' }, [['f', 'one\r\n--X\r\r\n--XY']]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 12 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const source = {
          async *[Symbol.asyncIterator]() {
            for (const [index, edge] of edges.slice(1).entries()) yield Buffer.from(text.slice(edges[index], edge));
          },
        };
        const reader = new FormReader(source, 'XX');
        expect(await reader.next()).toEqual({ name: 'a', fileName: undefined, type: undefined });
        expect(await reader.text()).toBe('1');
        expect(await reader.next()).toEqual({ name: 'file0', fileName: 'f', type: 'text/x-0' });
        expect(await reader.text()).toBe('one\r\n--X\r\r\n--XY');
        expect(await reader.next()).toBeUndefined();
      }),
    );
  });
});

it('deletes in bulk', async () => {
  await anna.send('PUT', 'c');
  await put('c/a b', 'x');
  const list = '/c/a%20b\nc/none\nc\n%zz\n';
  const answer = await anna.send('POST', '?bulk-delete', { accept: 'application/json' }, list);
  expect(jsonOf(answer.text)).toEqual({
    'Response Status': '400 Bad Request',
    'Response Body': '',
    'Number Deleted': 2,
    'Number Not Found': 1,
    Errors: [['%zz', '412 Precondition Failed']],
  });
});

it('answers what is no place, and what could not be parsed', async () => {
  expect((await anna.send('GET', '/nothing')).status).toBe(404);
  expect((await anna.send('GET', '/v1/default/c')).status).toBe(404);
  expect((await anna.send('GET', '/v1/AUTH_default//k')).status).toBe(404);
  expect((await anna.send('GET', 'c/%00')).status).toBe(412);
  expect((await anna.send('GET', 'c/%ff')).status).toBe(412);
  const known = await anna.send('OPTIONS', 'c/k');
  expect(known.headers.get('allow')).toContain('COPY');
  expect(jsonOf((await (await door.client()).send('GET', '/info')).text)).toMatchObject({ swift: {}, slo: {} });
});

it('no header or path makes a fault of ours', async () => {
  await anna.send('PUT', 'c');
  const text = fc.string({ unit: fc.constantFrom(...Array.from('ab/%,;:="-.*?&0129 é\u0001')) });
  const names = [
    'range',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'x-delete-at',
    'x-copy-from',
    'destination',
    'x-object-manifest',
    'accept',
    'x-container-read',
    'etag',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'COPY'),
      text,
      fc.constantFrom('', '?multipart-manifest=get', '?multipart-manifest=put', '?temp_url_sig=a', '?bulk-delete'),
      fc.dictionary(fc.constantFrom(...names), text),
      async (method, key, query, given) => {
        const headers = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [
            name,
            Buffer.from(value.replaceAll('\u0001', '')).toString('latin1').trim(),
          ]),
        );
        const body = method === 'PUT' || method === 'POST' ? 'x' : undefined;
        const { status } = await anna.send(method, `c/${encodeURI(key)}${query}`, headers, body);
        expect(status === 501 || status < 500).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
