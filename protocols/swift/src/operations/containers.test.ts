import { describe, expect, it } from 'vitest';
import { shareNamed } from '../test/open-door.ts';
import { anna, door, jsonOf, md5, put, withDoor } from '../test/with-door.ts';

withDoor();

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
