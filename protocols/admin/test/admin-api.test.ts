import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlatformExpress } from '@tsed/platform-express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StorageError } from '@polynas/core/service';
import { createAdminApi } from '../src/index.ts';
import type { AdminApi } from '../src/index.ts';
import { fakeContext } from './fake-services.ts';

const context = fakeContext();
let api: AdminApi;
let server: Server;
let base: string;

beforeAll(async () => {
  api = await createAdminApi(context, PlatformExpress);
  server = createServer(api.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await api.close();
});

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(base + path, {
    method,
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: text ? JSON.parse(text) : undefined,
  };
}

describe('users', () => {
  it('are made with a random key, listed without secrets, changed and removed', async () => {
    const made = await ask('POST', '/v1/users', { name: 'ada', password: 'correct horse' });
    expect(made.status).toBe(201);
    expect(made.body.user).toMatchObject({ name: 'ada', tenant: 'default', disabled: false });
    expect(made.body.keys).toHaveLength(1);
    const { id } = made.body.user;

    const listed = await ask('GET', '/v1/users?tenant=default');
    expect(listed.body.users.map((user: { name: string }) => user.name)).toContain('ada');
    expect(JSON.stringify(listed.body)).not.toContain(made.body.keys[0].secret);

    const changed = await ask('PATCH', `/v1/users/${id}`, { disabled: true, groups: [7, 8] });
    expect(changed.body).toMatchObject({ disabled: true, groups: [7, 8] });
    expect((await ask('DELETE', `/v1/users/${id}`)).status).toBe(204);
    expect((await ask('GET', `/v1/users/${id}`)).status).toBe(404);
  });

  it('get further keys, given or random', async () => {
    const { body } = await ask('POST', '/v1/users', { name: 'keyed', accessKeys: [] });
    const path = `/v1/users/${body.user.id}/keys`;
    expect((await ask('POST', path, {})).body.secret).toBeTypeOf('string');
    expect((await ask('POST', path, { id: 'GIVEN', secret: 'given-secret' })).body).toEqual({
      id: 'GIVEN',
      secret: 'given-secret',
    });
    expect((await ask('POST', path, { id: 'HALF' })).body.errors[0]).toMatchObject({ path: 'secret' });
    expect((await ask('DELETE', `${path}/GIVEN`)).status).toBe(204);
    expect((await ask('DELETE', `${path}/GIVEN`)).status).toBe(404);
    expect((await ask('GET', path)).body.keys).toHaveLength(1);
  });

  it('are refused with the field that is wrong', async () => {
    const wrong = await ask('POST', '/v1/users', {
      name: '',
      uid: -1,
      groups: ['x'],
      colour: 'red',
      password: 'short',
    });
    expect(wrong.status).toBe(400);
    expect(wrong.type).toContain('application/problem+json');
    expect(wrong.body.code).toBe('invalidRequest');
    const paths = wrong.body.errors.map((error: { path: string }) => error.path).sort();
    expect(paths).toEqual(['colour', 'groups.0', 'name', 'password', 'uid']);
  });

  it('conflict as problem+json', async () => {
    await ask('POST', '/v1/users', { name: 'twice' });
    const again = await ask('POST', '/v1/users', { name: 'twice' });
    expect(again).toMatchObject({ status: 409, body: { code: 'exists', detail: 'Exists already: user twice' } });
  });
});

describe('shares', () => {
  it('have a quota and a pool', async () => {
    await ask('POST', '/v1/users', { name: 'limited' });
    const quota = { maxBytes: 1000, maxFiles: 0 };
    const made = await ask('POST', '/v1/shares', { name: 'small', owner: 'limited', quota, pool: 'fast' });
    expect(made.status).toBe(201);
    const path = `/v1/shares/${made.body.id}`;
    expect((await ask('GET', `${path}/space`)).body).toEqual({ quota, usedBytes: 10, usedFiles: 2, pool: 'fast' });
    expect((await ask('PATCH', path, { quota: { maxBytes: 5, maxFiles: 5 } })).status).toBe(200);
    const wrong = await ask('PATCH', path, { quota: { maxBytes: -1 } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
      'quota.maxBytes',
      'quota.maxFiles',
    ]);
  });

  it('are made, doors opened and closed one at a time, removed with force only', async () => {
    await ask('POST', '/v1/users', { name: 'owner' });
    const made = await ask('POST', '/v1/shares', {
      name: 'docs',
      owner: 'owner',
      mode: 0o750,
      doors: { nfs: { rules: [{ clients: '10.0.0.0/8' }] } },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'docs', owner: 'owner', shownAs: { nfs: 'docs' } });
    expect(made.body.doors.nfs.rules[0]).toEqual({
      clients: '10.0.0.0/8',
      access: 'rw',
      squash: 'root',
      anonymousUid: 65534,
      anonymousGid: 65534,
      privilegedPort: false,
    });
    const path = `/v1/shares/${made.body.id}`;
    const opened = await ask('PATCH', path, { doors: { s3: { alias: 'docs-bucket' } } });
    expect(opened.body.shownAs).toEqual({ nfs: 'docs', s3: 'docs-bucket' });
    const closed = await ask('PATCH', path, { doors: { nfs: null } });
    expect(closed.body.shownAs).toEqual({ s3: 'docs-bucket' });
    expect((await ask('DELETE', path)).body).toMatchObject({ code: 'notEmpty', status: 409 });
    expect((await ask('DELETE', `${path}?force=true`)).status).toBe(204);
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('refuse rules without a sane client, and owners that are nobody', async () => {
    const wrong = await ask('POST', '/v1/shares', {
      name: 'x',
      owner: 'owner',
      doors: { nfs: { rules: [{ clients: '10.0.0.0/33' }] } },
    });
    expect(wrong.body.errors[0].path).toBe('doors.nfs.rules.0.clients');
    expect((await ask('POST', '/v1/shares', { name: 'x', owner: 'nobody' })).body.errors[0].path).toBe('owner');
    const empty = await ask('POST', '/v1/shares', { name: 'x', owner: 'owner', doors: { nfs: { rules: [] } } });
    expect(empty.status).toBe(400);
    expect((await ask('GET', '/v1/shares/abc')).status).toBe(400);
  });
});

describe('the rest', () => {
  it('shows status, volumes, tenants and state', async () => {
    const status = await ask('GET', '/v1/status');
    expect(status.body).toMatchObject({ version: '1.2.3', uptimeSeconds: 60, startedAt: '1970-01-01T00:00:01.000Z' });
    expect(status.body.doors[0]).toMatchObject({ name: 'nfs', port: 12049, connections: 2 });
    expect(status.body.volumes[0]).toMatchObject({
      healing: { objects: 3, bytesPerSecond: 1000, progress: 0.25 },
      health: 'healthy',
      epoch: '0000000000000abc',
      copies: { present: 1 },
    });
    expect((await ask('GET', '/v1/volumes')).body.volumes).toHaveLength(1);
    expect((await ask('POST', '/v1/tenants', { name: 'acme' })).status).toBe(201);
    expect((await ask('POST', '/v1/tenants', { name: 'Ac me' })).status).toBe(400);
    expect((await ask('GET', '/v1/tenants')).body.tenants.map((t: { name: string }) => t.name)).toContain('acme');
    expect((await ask('GET', '/v1/state')).body.holders[0].file).toBe((2n ** 100n).toString());
  });

  it('answers what it does not know, and what is no JSON, as problem+json', async () => {
    expect(await ask('GET', '/v1/nothing')).toMatchObject({ status: 404, body: { code: 'notFound' } });
    expect(await ask('POST', '/v1/users', '{')).toMatchObject({ status: 400, body: { code: 'invalidRequest' } });
    expect((await ask('POST', '/v1/users')).status).toBe(400);
    const large = await ask('POST', '/v1/users', { name: 'x'.repeat(400_000) });
    expect(large).toMatchObject({ status: 413, body: { code: 'invalidRequest' } });
  });

  it('hides what went wrong inside, and reports it to the head', async () => {
    const accounts = context.services.accounts as { tenants: () => unknown };
    const before = accounts.tenants;
    accounts.tenants = () => {
      throw new Error('inner secret');
    };
    const answer = await ask('GET', '/v1/tenants');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(JSON.stringify(answer.body)).not.toContain('inner secret');
    expect(context.faults).toHaveLength(1);
    accounts.tenants = () => {
      throw new StorageError('unavailable');
    };
    expect((await ask('GET', '/v1/tenants')).status).toBe(503);
    accounts.tenants = before;
  });

  it('describes itself', async () => {
    const { body } = await ask('GET', '/openapi.json');
    expect(body.openapi).toMatch(/^3\./);
    expect(Object.keys(body.paths).sort()).toEqual([
      '/v1/shares',
      '/v1/shares/{id}',
      '/v1/shares/{id}/space',
      '/v1/state',
      '/v1/status',
      '/v1/tenants',
      '/v1/users',
      '/v1/users/{id}',
      '/v1/users/{userId}/keys',
      '/v1/users/{userId}/keys/{keyId}',
      '/v1/volumes',
    ]);
    expect(body.components.schemas).toHaveProperty('Problem');
    expect(body.paths['/v1/users'].post.responses).toHaveProperty('201');
    expect(body.paths['/v1/users'].post.responses).toHaveProperty('default');
  });
});
