import { beforeEach, describe, expect, it } from 'vitest';
import { shareNamed } from '../test/open-door.ts';
import { anna, door, jsonOf, md5, put, withDoor } from '../test/with-door.ts';

withDoor();

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

it('deletes in bulk', async () => {
  await anna.send('PUT', 'c');
  await put('c/a b', 'x');
  const list = '/c/a%20b\nc/none\nc\n%zz\n';
  // Wherever it is sent, it is about the names in the list.
  const answer = await anna.send('DELETE', 'c/a%20b?bulk-delete', { accept: 'application/json' }, list);
  expect(jsonOf(answer.text)).toEqual({
    'Response Status': '400 Bad Request',
    'Response Body': '',
    'Number Deleted': 2,
    'Number Not Found': 1,
    Errors: [['%zz', '412 Precondition Failed']],
  });
});
