import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestDoor } from '../test/open-door.ts';
import { openDoor } from '../test/open-door.ts';
import { cleanAccessList, listsReferrer, listsUser, parseAccessList } from './access-list.ts';
import { Tokens } from './tokens.ts';

let door: TestDoor;

beforeEach(async () => {
  door = await openDoor();
});

afterEach(() => door.close());

async function post(path: string, document: unknown): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(`${door.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(document),
  });
  const text = await response.text();
  const body: unknown = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

const password = (name: string, more: object = {}, scope: object = {}) => ({
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name, password: 'pass', domain: { id: 'default' }, ...more } },
    },
    ...scope,
  },
});
const project = (name: string) => ({ scope: { project: { name, domain: { name: 'Default' } } } });

async function accountStatus(token: string, tenant = 'default'): Promise<number> {
  const url = `${door.url}/v1/AUTH_${tenant}`;
  return (await fetch(url, { method: 'HEAD', headers: { 'x-auth-token': token } })).status;
}

describe('version 1', () => {
  it('gives a token and the account for a password', async () => {
    const ask = (user: string, key: string) =>
      fetch(`${door.url}/auth/v1.0`, { headers: { 'x-auth-user': user, 'x-auth-key': key } });
    const given = await ask('other:zoe', 'pass');
    expect([given.status, given.headers.get('x-storage-url')]).toEqual([200, `${door.url}/v1/AUTH_other`]);
    expect(Number(given.headers.get('x-auth-token-expires'))).toBeGreaterThan(80_000);
    expect(await accountStatus(given.headers.get('x-auth-token')!, 'other')).toBe(204);
    expect((await ask('anna', 'pass')).headers.get('x-storage-url')).toBe(`${door.url}/v1/AUTH_default`);
    const refused = await ask('anna', 'wrong');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Swift realm="default"']);
    expect((await ask('nobody', 'pass')).status).toBe(401);
    expect((await fetch(`${door.url}/auth/v1.0`)).status).toBe(401);
  });
});

describe('Keystone', () => {
  it('v3 gives a token with a catalogue, by password, token and access key', async () => {
    const first = await post('/v3/auth/tokens', password('anna', {}, project('default')));
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      token: {
        methods: ['password'],
        user: { name: 'anna' },
        project: { id: 'default', name: 'default' },
        catalog: [
          {
            type: 'object-store',
            endpoints: [
              { interface: 'public', region: 'RegionOne', url: `${door.url}/v1/AUTH_default` },
              { interface: 'internal' },
              { interface: 'admin' },
            ],
          },
          { type: 'identity' },
        ],
      },
    });
    const id = first.headers.get('x-subject-token')!;
    expect(await accountStatus(id)).toBe(204);
    const again = await post('/v3/auth/tokens', {
      auth: { identity: { methods: ['token'], token: { id } }, ...project('default') },
    });
    expect([again.status, await accountStatus(again.headers.get('x-subject-token')!)]).toEqual([201, 204]);
    const byKey = (secret: string) =>
      post('/v3/auth/tokens', {
        auth: {
          identity: { methods: ['application_credential'], application_credential: { id: 'ANNASACCESSKEY', secret } },
        },
      });
    expect((await byKey('annas-secret-annas-secret-annas-secret')).status).toBe(201);
    expect((await byKey('wrong')).status).toBe(401);
  });

  it.each([
    ['a wrong password', password('anna', { password: 'wrong' })],
    ['nobody', password('nobody')],
    ['another tenant', password('anna', {}, project('other'))],
    ['a tenant that is none', password('anna', {}, project('none'))],
    ['a token that is none', { auth: { identity: { methods: ['token'], token: { id: 'x' } } } }],
    ['no known method', { auth: { identity: { methods: ['oauth'] } } }],
  ])('v3 refuses %s', async (_what, document) => {
    expect((await post('/v3/auth/tokens', document)).status).toBe(401);
  });

  it.each([['[]'], ['{'], ['{"auth":{}}'], ['{"auth":{"identity":{"methods":["password"]}}}']])(
    'v3 does not understand %s',
    async (text) => {
      const response = await fetch(`${door.url}/v3/auth/tokens`, { method: 'POST', body: text });
      expect(response.status).toBe(400);
    },
  );

  it('v3 finds users in other tenants, shows, validates and revokes', async () => {
    const zoe = await post('/v3/auth/tokens', password('zoe', {}, project('other')));
    expect(zoe.status).toBe(201);
    expect((await post('/v3/auth/tokens', password('other:zoe'))).status).toBe(201);
    expect((await post('/v3/auth/tokens', password('zoe', { domain: { name: 'other' } }))).status).toBe(201);
    const anna = await post('/v3/auth/tokens', password('anna'));
    const token = anna.headers.get('x-subject-token')!;
    const ask = (method: string, path: string, subject = token) =>
      fetch(`${door.url}${path}`, { method, headers: { 'x-auth-token': token, 'x-subject-token': subject } });
    expect((await ask('GET', '/v3/auth/tokens')).status).toBe(200);
    expect((await ask('HEAD', '/v3/auth/tokens')).status).toBe(200);
    expect((await ask('GET', '/v3/auth/tokens', zoe.headers.get('x-subject-token')!)).status).toBe(403);
    expect((await ask('GET', '/v3/auth/tokens', 'none')).status).toBe(404);
    expect(await (await ask('GET', '/v3/auth/projects')).json()).toMatchObject({ projects: [{ id: 'default' }] });
    expect(await (await ask('GET', '/v3/projects/default')).json()).toMatchObject({ project: { name: 'default' } });
    expect((await ask('GET', '/v3/projects/other')).status).toBe(404);
    expect((await ask('GET', '/v3/auth/catalog')).status).toBe(200);
    expect((await ask('DELETE', '/v3/auth/tokens')).status).toBe(204);
    expect((await ask('GET', '/v3/auth/tokens')).status).toBe(401);
    expect((await fetch(`${door.url}/v3/auth/projects`)).status).toBe(401);
  });

  it('v2 gives a token with a catalogue', async () => {
    const passwordCredentials = { username: 'anna', password: 'pass' };
    const given = await post('/v2.0/tokens', { auth: { tenantName: 'default', passwordCredentials } });
    expect(given.body).toMatchObject({
      access: {
        token: { tenant: { name: 'default' } },
        serviceCatalog: [
          { type: 'object-store', endpoints: [{ publicURL: `${door.url}/v1/AUTH_default` }] },
          { type: 'identity' },
        ],
      },
    });
    const { id } = (given.body as { access: { token: { id: string } } }).access.token;
    expect(await accountStatus(id)).toBe(204);
    expect((await post('/v2.0/tokens', { auth: { token: { id }, tenantName: 'default' } })).status).toBe(200);
    expect((await post('/v2.0/tokens', { auth: { tenantName: 'other', passwordCredentials } })).status).toBe(401);
  });

  it('says which versions there are', async () => {
    expect((await fetch(`${door.url}/`)).status).toBe(300);
    expect(await (await fetch(`${door.url}/v3/`)).json()).toMatchObject({ version: { status: 'stable' } });
    expect(await (await fetch(`${door.url}/v2.0`)).json()).toMatchObject({ version: { id: 'v2.0' } });
  });
});

describe('tokens', () => {
  it('end with their time, with a change of the user, and by revocation', async () => {
    const { accounts } = door.core;
    let now = 0;
    let counter = 0;
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(counter++);
    const tokens = new Tokens(accounts, { now: () => now }, random, { life: 1000, all: 4, each: 2 });
    const user = (name: string) => accounts.userByName('default', name)!;
    const first = tokens.issue(user('anna'), ['password']);
    expect(tokens.find(first.id)).toBe(first);
    now = 999;
    expect(tokens.find(first.id)).toBe(first);
    now = 1000;
    expect(tokens.find(first.id)).toBeUndefined();
    const second = tokens.issue(user('anna'), ['password']);
    await accounts.changeUser(user('bert').id, { gid: 7 });
    expect(tokens.find(second.id)).toBe(second);
    await accounts.changeUser(user('anna').id, { password: 'new' });
    expect(tokens.find(second.id)).toBeUndefined();
    const own = [1, 2, 3].map(() => tokens.issue(user('anna'), []));
    expect(own.map(({ id }) => tokens.find(id) !== undefined)).toEqual([false, true, true]);
    for (const name of ['bert', 'boss', 'bert']) tokens.issue(user(name), []);
    expect(tokens.size).toBe(4);
    expect(tokens.find(own[1]!.id)).toBeUndefined();
    tokens.revoke(own[2]!.id);
    expect(tokens.find(own[2]!.id)).toBeUndefined();
    expect(tokens.issue(user('anna'), [], 1500).expiresAt).toBe(1500);
    await accounts.changeUser(user('bert').id, { disabled: true });
    const disabled = tokens.issue(user('bert'), []);
    expect(tokens.find(disabled.id)).toBeUndefined();
  });
});

it('only so many passwords are checked at once; who comes then is told to come again', async () => {
  const narrow = await openDoor({ limits: { passwordChecks: 1, passwordsWaiting: 1 } });
  const waiting: (() => void)[] = [];
  const check = narrow.core.accounts.authenticate.bind(narrow.core.accounts);
  narrow.core.accounts.authenticate = async (...given) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return check(...given);
  };
  const headers = { 'x-auth-user': 'anna', 'x-auth-key': 'pass' };
  const ask = async () => (await fetch(`${narrow.url}/auth/v1.0`, { headers })).status;
  const first = ask();
  while (waiting.length < 1) await new Promise(setImmediate);
  const others = [ask(), ask(), ask()];
  expect(await Promise.race(others)).toBe(503);
  const release = setInterval(() => waiting.shift()?.(), 5);
  expect(await first).toBe(200);
  const statuses = await Promise.all(others);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 503, 503]);
  clearInterval(release);
  await narrow.close();
});

describe('access lists', () => {
  it.each([
    ['a:b, c ,,d:*', 'a:b,c,d:*'],
    ['.r:*', '.r:*'],
    ['.referrer : *.example.org , .ref:-x.org', '.r:.example.org,.r:-x.org'],
    ['.rlistings', '.rlistings'],
  ])('%s is kept as %s', (text, kept) => {
    expect(cleanAccessList('X-Container-Read', text)).toBe(kept);
  });

  it.each(['.r:', '.r:-', '.x', '.x:y', '.r', '.r:*.'])('%s means nothing', (text) => {
    expect(() => cleanAccessList('X-Container-Read', text)).toThrow('in ACL');
  });

  it('name users and referrers, the last word counts', () => {
    const list = parseAccessList('a:x,b,*:y,.r:*,.r:-bad.org,.r:.good.org');
    const listed = (tenant: string, name: string): boolean => listsUser(list, { tenant, name });
    expect([listed('a', 'x'), listed('a', 'z'), listed('b', 'z'), listed('c', 'y')]).toEqual([true, false, true, true]);
    expect(listsReferrer(list, undefined)).toBe(true);
    expect(listsReferrer(list, 'http://bad.org:80/x')).toBe(false);
    expect(listsReferrer(list, 'http://user@www.good.org')).toBe(true);
    expect(listsReferrer(parseAccessList(''), 'http://a')).toBe(false);
  });
});
