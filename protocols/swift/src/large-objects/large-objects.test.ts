import { beforeEach, describe, expect, it } from 'vitest';
import { shareNamed } from '../test/open-door.ts';
import { anna, door, jsonOf, md5, put, withDoor } from '../test/with-door.ts';

withDoor();

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
    await put('c/early', '', { 'x-object-manifest': 'segments/late/' });
    await put('segments/late/1', 'late');
    expect((await anna.send('GET', 'c/early')).text).toBe('late');
    const early = await door.core.objects.head(door.callerOf('anna'), place.share, 'early');
    await door.core.files.write(door.callerOf('anna'), { ...place, id: early.file }, 0, [Buffer.from('ONE')], 'file');
    expect((await anna.send('GET', 'c/early')).text).toBe('ONE');
    expect((await anna.send('PUT', 'c/bad', { 'x-object-manifest': 'segments' }, '')).status).toBe(400);
  });
});
