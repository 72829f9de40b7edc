import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { shareNamed } from '../test/open-door.ts';
import { anna, door, put, withDoor } from '../test/with-door.ts';

withDoor();

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

  it('of one object is not lent of those that a list or an archive names', async () => {
    const bert = await door.client('default:bert');
    await anna.send('POST', 'c', { 'x-container-meta-temp-url-key': key });
    const path = '/v1/AUTH_default/c/mine';
    for (const method of ['POST', 'DELETE']) {
      const query = signed(method, path, 'sha256');
      const deleted = await bert.send(method, `${path}?bulk-delete&${query}`, {}, '/c/k');
      expect(deleted.text).toContain('403 Forbidden');
    }
    const header = Buffer.alloc(1024);
    header.write('more');
    header.write('00000000000', 124);
    header.write('0', 156);
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 8 * 0x20);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const query = signed('PUT', path, 'sha256');
    const packed = await bert.send('PUT', `${path}?extract-archive=tar&${query}`, {}, header.toString('latin1'));
    expect(packed.text).toContain('403 Forbidden');
    expect((await anna.send('GET', 'c/k')).text).toBe('hello');
    expect((await anna.send('HEAD', 'c/mine/more')).status).toBe(404);
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
    expect((await read()).status).toBe(403);
    await anna.send('PUT', 'c/k', { 'x-object-manifest': 'more/s' }, '');
    expect((await read()).text).toBe('own');
  });

  it('of a manifest shows what its author may read, and no more', async () => {
    const [nobody, boss, zoe] = [
      await door.client(),
      await door.client('default:boss'),
      await door.client('other:zoe'),
    ];
    await boss.send('POST', '', { 'x-account-meta-temp-url-key': key });
    await anna.send('PUT', 'private');
    await put('private/s1', 'secret');
    await put('c/secret', 'here');
    await anna.send('POST', 'c', { 'x-container-write': 'other:zoe' });
    const path = (name: string) => `/v1/AUTH_default/c/${name}`;
    const read = async (name: string) => {
      const { status, text } = await nobody.send('GET', `${path(name)}?${signed('GET', path(name), 'sha256')}`);
      return status === 200 ? text : status;
    };
    const writeManifests = async () => {
      for (const [name, manifest] of [
        ['far', 'private/s'],
        ['near', 'c/sec'],
      ] as const) {
        expect((await zoe.send('PUT', path(name), { 'x-object-manifest': manifest }, '')).status).toBe(201);
        expect((await zoe.send('PUT', path(`${name}-posted`), {}, '')).status).toBe(201);
        expect((await zoe.send('POST', path(`${name}-posted`), { 'x-object-manifest': manifest })).status).toBe(202);
      }
    };
    const names = ['far', 'far-posted', 'near', 'near-posted'];
    await writeManifests();
    expect(await Promise.all(names.map(read))).toEqual([401, 401, 401, 401]);
    for (const name of ['private', 'c']) await anna.send('POST', name, { 'x-container-read': 'other:zoe' });
    expect(await Promise.all(names.map(read))).toEqual(['secret', 'secret', 'here', 'here']);
    // The key of the one container lends nothing of the other.
    await boss.send('POST', '', { 'x-account-meta-temp-url-key': '' });
    await anna.send('POST', 'c', { 'x-container-meta-temp-url-key': key });
    expect(await Promise.all(names.map(read))).toEqual([401, 401, 'here', 'here']);
    const user = door.core.accounts.userByName('other', 'zoe')!;
    await door.core.accounts.changeUser(user.id, { disabled: true });
    expect(await read('near')).toBe(401);
  });

  it('of a manifest that another door has copied shows no segments', async () => {
    const nobody = await door.client();
    await anna.send('POST', 'c', { 'x-container-meta-temp-url-key': key });
    await put('c/early', '', { 'x-object-manifest': 'c/late' });
    await put('c/late', 'late');
    const { id } = shareNamed(door, 'c');
    await door.core.objects.copy(door.callerOf('anna'), { share: id, key: 'early' }, { share: id, key: 'copy' }, {});
    const read = async (name: string) =>
      nobody.send('GET', `/v1/AUTH_default/c/${name}?${signed('GET', `/v1/AUTH_default/c/${name}`, 'sha256')}`);
    expect((await read('early')).text).toBe('late');
    expect((await read('copy')).status).toBe(401);
    expect((await anna.send('GET', 'c/copy')).text).toBe('late');
  });

  it('of a public manifest shows what lists its segments to the public', async () => {
    const nobody = await door.client();
    await anna.send('PUT', 'open');
    await put('open/s1', 'one');
    await put('c/k', '', { 'x-object-manifest': 'open/s' });
    await anna.send('POST', 'c', { 'x-container-read': '.r:*' });
    const read = () => nobody.send('GET', '/v1/AUTH_default/c/k');
    await anna.send('POST', 'open', { 'x-container-read': '.r:*' });
    expect((await read()).status).toBe(401);
    await anna.send('POST', 'open', { 'x-container-read': '.r:*,.rlistings' });
    expect((await read()).text).toBe('one');
  });

  it('to delete one object is not lent of its segments', async () => {
    const nobody = await door.client();
    await anna.send('POST', 'c', { 'x-container-meta-temp-url-key': key });
    await anna.send('PUT', 'c/large?multipart-manifest=put', {}, JSON.stringify([{ path: 'c/k' }]));
    const query = signed('DELETE', '/v1/AUTH_default/c/large', 'sha256');
    const path = `/v1/AUTH_default/c/large?${query}`;
    expect((await nobody.send('DELETE', `${path}&multipart-manifest=delete`)).status).toBe(401);
    expect((await nobody.send('DELETE', path)).status).toBe(204);
    expect((await anna.send('GET', 'c/k')).text).toBe('hello');
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
