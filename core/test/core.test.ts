import { openMemoryVolume } from '@polynas/backend-memory';
import { describe, expect, it } from 'vitest';
import type { EventBus } from '../src/events/bus.ts';
import type { Core, Declared, PasswordHasher, RegistryState, RegistryStore } from '../src/index.ts';
import { createCore, memoryRegistryStore } from '../src/index.ts';
import type { Caller, ObjectBody, Share } from '../src/service/index.ts';
import { access } from '../src/service/index.ts';
import type { Volume } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { TestClock } from '../src/test/clock.ts';
import { ntHasher, testBox, testHasher } from '../src/test/secrets.ts';
import { mode, text } from './world.ts';

let counter = 0;
const random = (length: number): Uint8Array => {
  counter += 1;
  return Uint8Array.from({ length }, (_, index) => (counter * 37 + index * 11) & 255);
};

async function start(
  volume: Volume = openMemoryVolume(),
  store: RegistryStore = memoryRegistryStore(),
  hasher: PasswordHasher = testHasher,
) {
  const reported: unknown[] = [];
  const core = await createCore({
    volumes: new Map([['main', volume]]),
    registry: store,
    clock: new TestClock(),
    random,
    hasher,
    secretBox: testBox,
    report: (error) => reported.push(error),
  });
  return { core, volume, store, reported };
}

const head: Caller = caller(0, { door: 'internal', stateless: false });
const as = (core: Core, name: string, changes: Partial<Caller> = {}): Caller =>
  caller(core.accounts.principalOf(core.accounts.userByName('default', name)!), { door: 's3', ...changes });
function bodyOf(content: string): ObjectBody {
  let rest: Uint8Array | undefined = text(content);
  return {
    length: rest.length,
    read: () => {
      const bytes = rest;
      rest = undefined;
      return Promise.resolve(bytes);
    },
  };
}
const rules = [
  { clients: '*', access: 'rw', squash: 'root', anonymousUid: 65_534, anonymousGid: 65_534, privilegedPort: false },
] as const;

async function withUser(name = 'anna') {
  const started = await start();
  const { user } = await started.core.accounts.createUser({ tenant: 'default', name, password: 'pass' });
  return { ...started, user };
}

describe('accounts', () => {
  it('gives users uids from 10000, a group of their own, and a key', async () => {
    const { core } = await start();
    const first = await core.accounts.createUser({ tenant: 'default', name: 'Anna' });
    const second = await core.accounts.createUser({ tenant: 'default', name: 'Bernd', accessKeys: [], gid: 100 });
    expect(first.user).toMatchObject({ uid: 10_000, gid: 10_000 });
    expect(second).toMatchObject({ user: { uid: 10_001, gid: 100 }, keys: [] });
    expect(first.keys[0]?.id).toMatch(/^[A-Z2-7]{20}$/);
    expect(first.keys[0]?.secret).toHaveLength(40);
    const found = core.accounts.key(first.keys[0]!.id);
    expect(found).toMatchObject({ secret: first.keys[0]!.secret, principal: { uid: 10_000, superuser: false } });
    expect(core.accounts.userByName('default', 'anna')?.id).toBe(first.user.id);
  });

  it('have an NT hash from when their password is set, sealed, and while they are enabled', async () => {
    const store = memoryRegistryStore();
    const before = await start(openMemoryVolume(), store);
    const user = { tenant: 'default', name: 'Anna', password: 'pass' };
    const { user: anna } = await before.core.accounts.createUser(user);
    const { core } = await start(openMemoryVolume(), store, ntHasher);
    expect(core.accounts.ntCredential('default', 'anna')).toBeUndefined();
    await core.apply({ users: [user] });
    const found = core.accounts.ntCredential('default', 'anna');
    expect(found).toMatchObject({ principal: { uid: anna.uid } });
    expect(Buffer.from(found!.hash).toString()).toBe('pass            ');
    const kept = (await store.load())!.users[0]!;
    expect(kept.sealedNtHash).toMatch(/^sealed /);
    await core.apply({ users: [user] });
    expect((await store.load())!.users[0]).toBe(kept);
    await core.accounts.changeUser(anna.id, { password: 'other' });
    expect(Buffer.from(core.accounts.ntCredential('default', 'Anna')!.hash).toString().trim()).toBe('other');
    await core.accounts.changeUser(anna.id, { disabled: true });
    expect(core.accounts.ntCredential('default', 'anna')).toBeUndefined();
    expect(core.accounts.ntCredential('default', 'nobody')).toBeUndefined();
  });

  it('never gives a uid again', async () => {
    const { core, user } = await withUser();
    await core.accounts.removeUser(user.id);
    const next = await core.accounts.createUser({ tenant: 'default', name: 'anna' });
    expect(next.user.uid).toBe(10_001);
    await expect(core.accounts.createUser({ tenant: 'default', name: 'x', uid: 10_001 })).rejects.toMatchObject({
      code: 'exists',
    });
    const given = await core.accounts.createUser({ tenant: 'default', name: 'given', uid: 12_000 });
    const after = await core.accounts.createUser({ tenant: 'default', name: 'after' });
    expect([given.user.uid, after.user.uid]).toEqual([12_000, 12_001]);
  });

  it('refuses names, ids and keys that clash or make no sense', async () => {
    const { core, user } = await withUser();
    const { accounts } = core;
    const make = (changes: object) => accounts.createUser({ tenant: 'default', name: 'x', ...changes });
    await expect(make({ name: 'ANNA' })).rejects.toMatchObject({ code: 'exists' });
    await expect(make({ tenant: 'none' })).rejects.toMatchObject({ code: 'notFound' });
    for (const name of ['', 'a/b', 'a@b', ' a', 'a\n']) {
      await expect(make({ name })).rejects.toMatchObject({ code: 'badName' });
    }
    for (const uid of [0, -1, 1.5, 2 ** 32]) await expect(make({ uid })).rejects.toMatchObject({ code: 'invalid' });
    const key = { id: 'AKIAEXAMPLE', secret: 'secretsecret' };
    await accounts.createKey(user.id, key);
    await expect(make({ accessKeys: [key] })).rejects.toMatchObject({ code: 'exists' });
    for (const bad of [
      { ...key, id: 'a/b' },
      { id: 'other', secret: 'short' },
    ]) {
      await expect(accounts.createKey(user.id, bad)).rejects.toMatchObject({ code: 'invalid' });
    }
    // A user that was refused left nothing behind.
    expect(accounts.users().length).toBe(1);
  });

  it('knows passwords and keys until they end', async () => {
    const { core, user } = await withUser();
    const { accounts } = core;
    expect(await accounts.authenticate('default', 'anna', 'pass')).toMatchObject({ userId: user.id });
    expect(await accounts.authenticate('default', 'anna', 'no')).toBeUndefined();
    expect(await accounts.authenticate('default', 'nobody', 'pass')).toBeUndefined();
    const key = await accounts.createKey(user.id);
    expect(accounts.key(key.id)?.secret).toBe(key.secret);
    await accounts.changeUser(user.id, { disabled: true });
    expect(accounts.key(key.id)).toBeUndefined();
    expect(await accounts.authenticate('default', 'anna', 'pass')).toBeUndefined();
    await accounts.changeUser(user.id, { disabled: false, password: 'new' });
    expect(await accounts.authenticate('default', 'anna', 'new')).toBeDefined();
    await accounts.removeKey(key.id);
    expect(accounts.key(key.id)).toBeUndefined();
    await expect(accounts.removeKey(key.id)).rejects.toMatchObject({ code: 'notFound' });
  });

  it('takes the numbers of AUTH_SYS inside the tenant only', async () => {
    const { core, user } = await withUser();
    await core.accounts.createTenant({ name: 'other' });
    expect(core.accounts.unixPrincipal('default', user.uid, 5, [6])).toMatchObject({ userId: user.id, gid: 5 });
    expect(core.accounts.unixPrincipal('other', user.uid, 5, []).userId).toBeUndefined();
    expect(core.accounts.unixPrincipal('default', 0, 0, []).superuser).toBe(true);
  });

  it('takes the number of a disabled user for nobody', async () => {
    const { core, user } = await withUser();
    const share = await core.shares.create(head, { tenant: 'default', name: 'data', owner: user.id });
    const byNumber = () =>
      caller(core.accounts.unixPrincipal('default', user.uid, user.gid, [user.gid]), { door: 'nfs', stateless: true });
    const make = (name: string) => core.files.mkdir(byNumber(), core.files.root(share.id), text(name), mode(0o755));
    await make('before');
    await core.accounts.changeUser(user.id, { disabled: true });
    expect(byNumber().principal).toMatchObject({ uid: 65_534, gid: 65_534, groups: [], superuser: false });
    await expect(make('during')).rejects.toMatchObject({ code: 'accessDenied' });
    await core.accounts.changeUser(user.id, { disabled: false });
    await make('after');
  });

  it('removes at start the named streams of files that are gone', async () => {
    const before = await start();
    const { core, volume, store } = before;
    await core.apply({
      users: [{ tenant: 'default', name: 'anna' }],
      shares: [{ tenant: 'default', name: 'share', owner: 'anna' }],
    });
    const top = core.files.root(core.shares.all()[0]!.id);
    const { attributes } = await core.files.create(head, top, text('file'), { kind: 'guarded' }, mode(0o644));
    await core.files.stream(head, { share: top.share, id: attributes.id }, 's', 'create');
    await core.close();
    await volume.unlink({}, top.id, text('file'));
    const after = await start(volume, store);
    await after.core.close();
    const system = await volume.lookup({}, top.id, text('.polynas'));
    const streams = await volume.lookup({}, system!.id, text('streams'));
    expect((await volume.readdir({}, streams!.id, 0n, { limit: 9, attributes: false })).entries).toEqual([]);
    expect(after.reported).toEqual([]);
  });

  it('keeps everything over a restart, secrets sealed', async () => {
    const store = memoryRegistryStore();
    const volume = openMemoryVolume();
    const { core } = await start(volume, store);
    const { user, keys } = await core.accounts.createUser({ tenant: 'default', name: 'anna', password: 'pass' });
    const share = await core.shares.create(head, { tenant: 'default', name: 'Share', owner: user.id });
    await core.close();
    const kept = JSON.stringify(await store.load());
    expect(kept).not.toContain(keys[0]!.secret);
    expect(kept).not.toContain('"pass"');
    const again = (await start(volume, memoryRegistryStore(JSON.parse(kept) as RegistryState))).core;
    expect(again.accounts.key(keys[0]!.id)?.secret).toBe(keys[0]!.secret);
    expect(again.shares.byId(share.id)).toEqual(share);
    expect((await again.files.getattr(head, again.files.root(share.id))).uid).toBe(user.uid);
  });

  it('changes nothing when the store fails', async () => {
    let broken = false;
    const store = memoryRegistryStore();
    const failing: RegistryStore = {
      load: () => store.load(),
      save: (state) => (broken ? Promise.reject(new Error('disk full')) : store.save(state)),
    };
    const { core } = await start(undefined, failing);
    broken = true;
    await expect(core.accounts.createUser({ tenant: 'default', name: 'anna' })).rejects.toThrow('disk full');
    expect(core.accounts.users()).toEqual([]);
    broken = false;
    expect((await core.accounts.createUser({ tenant: 'default', name: 'anna' })).user.uid).toBe(10_000);
  });
});

describe('shares', () => {
  it('are shown at each door under a name that it takes, or not at all', async () => {
    const { core, user } = await withUser();
    const { shares } = core;
    const make = (name: string, doors?: Share['doors']) =>
      shares.create(head, { tenant: 'default', name, owner: user.id, ...(doors && { doors }) });
    const media = await make('Media Files');
    const logs = await make('logs', { s3: {}, nfs: { rules, alias: 'protocol' } });
    expect(shares.list('s3').map((share) => share.name)).toEqual(['logs']);
    expect(shares.list('smb').map((share) => share.name)).toEqual(['Media Files']);
    expect(shares.byName('smb', 'default', 'MEDIA FILES')?.id).toBe(media.id);
    expect(shares.byName('swift', 'default', 'MEDIA FILES')).toBeUndefined();
    expect(shares.byName('nfs', 'default', 'protocol')?.id).toBe(logs.id);
    expect(shares.byName('nfs', 'default', 'logs')).toBeUndefined();
    const shown = await shares.change(head, media.id, { doors: { s3: { alias: 'media' } } });
    expect(shares.nameAt('s3', shown)).toBe('media');
    expect(shares.byName('s3', 'default', 'media')?.id).toBe(media.id);
    expect(shares.byName('smb', 'default', 'Media Files')).toBeUndefined();
  });

  it('have one name in a tenant and at each door', async () => {
    const { core, user } = await withUser();
    const make = (name: string, doors: Share['doors'] = { s3: {} }) =>
      core.shares.create(head, { tenant: 'default', name, owner: user.id, doors });
    const data = await make('data');
    await expect(make('DATA')).rejects.toMatchObject({ code: 'exists', share: { id: data.id } });
    await expect(make('Other', { s3: { alias: 'data' } })).rejects.toMatchObject({ code: 'exists' });
    for (const name of ['', 'a/b', 'a\0', '..']) await expect(make(name)).rejects.toMatchObject({ code: 'badName' });
    await expect(make('n'.repeat(256))).rejects.toMatchObject({ code: 'nameTooLong' });
    await expect(make('x', { s3: { alias: 'No' } })).rejects.toMatchObject({ code: 'badName' });
    await expect(make('x', { swift: { alias: 'ä'.repeat(128) } })).rejects.toMatchObject({ code: 'badName' });
    const { id } = await make('long', { swift: { alias: 'ä'.repeat(127) } });
    await core.shares.remove(head, id);
    await expect(make('x', { nfs: { rules: [] } })).rejects.toMatchObject({ code: 'invalid' });
    const wrong = { ...rules[0], clients: 'example host' };
    await expect(make('x', { nfs: { rules: [wrong] } })).rejects.toMatchObject({ code: 'invalid' });
    expect(core.shares.all().length).toBe(1);
  });

  it('are forgotten when they are gone: no count of their changes stays, and those of others do', async () => {
    const { core, user } = await withUser();
    const anna = as(core, 'anna');
    const events = core.events as EventBus;
    const make = async (name: string): Promise<Share> => {
      const share = await core.shares.create(head, { tenant: 'default', name, owner: user.id });
      await core.objects.put(anna, share.id, 'k', bodyOf('content'), { headers: {}, user: {} });
      return share;
    };
    const [gone, stays] = [await make('gone'), await make('stays')];
    const counts = (): number[] => [gone, stays].map(({ id }) => events.changesOf(id));
    const [, kept] = counts();
    expect(counts()).toEqual([kept, kept]);
    await expect(core.shares.remove(head, gone.id)).rejects.toMatchObject({ code: 'notEmpty' });
    expect(counts()).toEqual([kept, kept]);
    await core.shares.remove(head, gone.id, { force: true });
    expect(counts()).toEqual([0, kept]);
    expect(kept).toBeGreaterThan(0);
  });

  it('belong to whom they were made for, who may make, change and remove them', async () => {
    const { core, user } = await withUser();
    const other = (await core.accounts.createUser({ tenant: 'default', name: 'bernd' })).user;
    await core.accounts.createUser({ tenant: 'default', name: 'chef', administrator: true });
    const [anna, bernd, chef] = ['anna', 'bernd', 'chef'].map((name) => as(core, name));
    const share = await core.shares.create(anna!, { tenant: 'default', name: 'hers', owner: user.id });
    const top = await core.files.getattr(anna!, core.files.root(share.id));
    expect(top).toMatchObject({ uid: user.uid, gid: user.gid, mode: 0o770 });
    await expect(
      core.shares.create(bernd!, { tenant: 'default', name: 'forced', owner: user.id }),
    ).rejects.toMatchObject({ code: 'accessDenied' });
    await expect(core.shares.change(bernd!, share.id, { readOnly: true })).rejects.toMatchObject({
      code: 'accessDenied',
    });
    await expect(core.shares.remove(bernd!, share.id)).rejects.toMatchObject({ code: 'accessDenied' });
    const nfsRoot = caller(0, { door: 'nfs' });
    await expect(core.shares.remove(nfsRoot, share.id)).rejects.toMatchObject({ code: 'accessDenied' });
    await expect(core.shares.change(anna!, share.id, { owner: other.id })).rejects.toMatchObject({
      code: 'accessDenied',
    });
    const given = await core.shares.change(chef!, share.id, { owner: other.id });
    expect(given.owner).toBe(other.id);
    expect((await core.files.getattr(head, core.files.root(share.id))).uid).toBe(other.uid);
    await expect(core.accounts.removeUser(other.id)).rejects.toMatchObject({ code: 'notEmpty' });
    await core.shares.remove(bernd!, share.id);
    await core.accounts.removeUser(other.id);
  });

  it('are removed through no door while they are read-only, whole or at that door', async () => {
    const { core, user } = await withUser();
    await core.accounts.createUser({ tenant: 'default', name: 'chef', administrator: true });
    const share = await core.shares.create(head, { tenant: 'default', name: 'data', owner: user.id });
    for (const name of ['anna', 'chef']) {
      await expect(core.shares.remove(as(core, name, { readOnly: true }), share.id)).rejects.toMatchObject({
        code: 'readOnly',
      });
    }
    await core.shares.change(head, share.id, { readOnly: true });
    for (const name of ['anna', 'chef']) {
      await expect(core.shares.remove(as(core, name), share.id)).rejects.toMatchObject({ code: 'readOnly' });
    }
    await core.shares.remove(head, share.id);
    expect(core.shares.byId(share.id)).toBeUndefined();
  });

  it('whose volume in memory is gone can be removed, and made again', async () => {
    const store = memoryRegistryStore();
    const before = await start(openMemoryVolume({ epoch: 1n << 40n }), store);
    const { user } = await before.core.accounts.createUser({ tenant: 'default', name: 'anna' });
    const wanted = { tenant: 'default', name: 'data', owner: user.id };
    const share = await before.core.shares.create(head, wanted);
    await before.core.close();
    const { core } = await start(openMemoryVolume({ epoch: 2n << 40n }), store);
    await core.shares.remove(head, share.id, { force: true });
    const again = await core.shares.create(head, wanted);
    await core.files.mkdir(head, core.files.root(again.id), text('d'), mode(0o755));
  });

  it('go when they are empty, or by force with all that is in them', async () => {
    const { core, user, volume } = await withUser();
    const anna = as(core, 'anna');
    const make = () => core.shares.create(anna, { tenant: 'default', name: 'data', owner: user.id });
    const empty = await make();
    await core.shares.remove(anna, empty.id);
    const share = await make();
    expect(share.id).toBe(empty.id + 1);
    const top = core.files.root(share.id);
    let directory = top;
    for (let depth = 0; depth < 5; depth += 1) {
      for (let file = 0; file < 70; file += 1) {
        await core.files.create(anna, directory, text(`f${file}`), { kind: 'guarded' }, mode(0o644));
      }
      const made = await core.files.mkdir(anna, directory, text('d'), mode(0o755));
      directory = { share: share.id, id: made.attributes.id };
    }
    await expect(core.shares.remove(anna, share.id)).rejects.toMatchObject({ code: 'notEmpty' });
    expect(core.shares.byId(share.id)).toBeDefined();
    await core.shares.remove(anna, share.id, { force: true });
    expect(core.shares.byId(share.id)).toBeUndefined();
    await expect(core.files.getattr(anna, top)).rejects.toMatchObject({ code: 'stale' });
    const head = await volume.lookup({}, volume.root, text('shares'));
    expect((await volume.readdir({}, head!.id, 0n, { limit: 9, attributes: false })).entries).toEqual([]);
  });

  it('are empty when only objects’ traces are left: implicit directories, unfinished uploads', async () => {
    const { core, user } = await withUser();
    const anna = as(core, 'anna');
    const share = await core.shares.create(anna, { tenant: 'default', name: 'data', owner: user.id });
    const metadata = { headers: {}, user: {} };
    await core.objects.createUpload(anna, share.id, 'big', metadata);
    await core.objects.put(anna, share.id, 'a/b/c', bodyOf('text'), metadata);
    await expect(core.shares.remove(anna, share.id)).rejects.toMatchObject({ code: 'notEmpty' });
    const { attributes } = await core.files.lookup(anna, core.files.root(share.id), text('a'));
    const inner = await core.files.lookup(anna, { share: share.id, id: attributes!.id }, text('b'));
    // Removed by a file door, the directories stay; nobody but the object service made them.
    await core.files.remove(anna, { share: share.id, id: inner.attributes!.id }, text('c'));
    await core.shares.remove(anna, share.id);
    expect(core.shares.all()).toEqual([]);
  });

  it('leave at most an empty directory when a crash comes in between', async () => {
    const volume = openMemoryVolume();
    const store = memoryRegistryStore();
    const { core } = await start(volume, store);
    const { user } = await core.accounts.createUser({ tenant: 'default', name: 'anna' });
    const state = (await store.load())!;
    const failing: RegistryStore = {
      load: () => Promise.resolve(state),
      save: () => Promise.reject(new Error('crash')),
    };
    const crashed = (await start(volume, failing)).core;
    await expect(crashed.shares.create(head, { tenant: 'default', name: 'a', owner: user.id })).rejects.toThrow();
    const share = await core.shares.create(head, { tenant: 'default', name: 'a', owner: user.id });
    expect(share.id).toBe(1);
    expect((await core.files.getattr(head, core.files.root(1))).uid).toBe(user.uid);
  });

  it('finish at the next start what a removal left', async () => {
    const { core, user, volume, store } = await withUser();
    const share = await core.shares.create(head, { tenant: 'default', name: 'a', owner: user.id });
    await core.files.mkdir(head, core.files.root(share.id), text('d'), mode(0o755));
    const state = (await store.load())!;
    for (const [removing, left] of [
      ['empty', 1],
      ['all', 0],
    ] as const) {
      const half = { ...state, shares: state.shares.map((record) => ({ ...record, removing })) };
      const again = (await start(volume, memoryRegistryStore(half))).core;
      await again.close();
      expect(again.shares.all().length).toBe(left);
    }
  });

  it('finish a removal of which only the registry did not hear', async () => {
    const { core, user, volume, store } = await withUser();
    await core.shares.create(head, { tenant: 'default', name: 'a', owner: user.id });
    const state = (await store.load())!;
    const directory = (await volume.lookup({}, volume.root, text('shares')))!;
    await volume.rmdir({}, directory.id, text('1'));
    Object.defineProperty(volume, 'traits', { value: { ...volume.traits, persistent: true } });
    const half = { ...state, shares: state.shares.map((record) => ({ ...record, removing: 'all' as const })) };
    const kept = memoryRegistryStore(half);
    const again = await start(volume, kept);
    await again.core.close();
    expect(again.reported).toEqual([]);
    expect((await kept.load())!.shares).toEqual([]);
  });

  it('remove nothing of a volume that is another than the one they were made on', async () => {
    const { core, user, volume, store } = await withUser();
    const share = await core.shares.create(head, { tenant: 'default', name: 'a', owner: user.id });
    const other = await core.shares.create(head, { tenant: 'default', name: 'b', owner: user.id });
    await core.files.mkdir(head, core.files.root(other.id), text('d'), mode(0o755));
    const state = (await store.load())!;
    Object.defineProperty(volume, 'traits', { value: { ...volume.traits, persistent: true } });
    // The first share's directory has, on this volume, the other one's id.
    const records = state.shares.map((record) =>
      record.id === share.id ? { ...record, root: other.root.toString(), removing: 'all' as const } : record,
    );
    const kept = memoryRegistryStore({ ...state, shares: records });
    const again = await start(volume, kept);
    await again.core.close();
    expect(again.reported).toEqual([expect.objectContaining({ code: 'stale' })]);
    expect((await kept.load())!.shares).toHaveLength(2);
    expect(await volume.lookup({}, other.root, text('d'))).toBeDefined();
  });

  it('read-only at the share binds everybody', async () => {
    const { core, user } = await withUser();
    const share = await core.shares.create(head, { tenant: 'default', name: 'a', owner: user.id });
    await core.shares.change(head, share.id, { readOnly: true });
    const root = core.files.root(share.id);
    await expect(core.files.mkdir(head, root, text('d'), mode(0o755))).rejects.toMatchObject({ code: 'readOnly' });
    const opener = { client: 'c', owner: 'o' };
    await expect(
      core.state.open(head, root, { access: access.writeAttributes, deny: 0, opener }),
    ).rejects.toMatchObject({ code: 'readOnly' });
  });
});

describe('declared configuration', () => {
  const declared: Declared = {
    tenants: [{ name: 'lab', defaultDoors: { s3: {} } }],
    users: [
      { tenant: 'lab', name: 'anna', password: 'one', uid: 11_000, accessKeys: [{ id: 'KEY1', secret: 'secret-one' }] },
    ],
    shares: [{ tenant: 'lab', name: 'data', owner: 'anna', doors: { s3: {}, nfs: { rules } } }],
  };

  it('is applied once, and again only where it differs', async () => {
    const { core, store } = await start();
    await core.apply(declared);
    const first = await store.load();
    expect(core.accounts.userByName('lab', 'anna')?.uid).toBe(11_000);
    expect(core.shares.byName('s3', 'lab', 'data')?.owner).toBe(core.accounts.userByName('lab', 'anna')?.id);
    await core.apply(declared);
    expect(await store.load()).toEqual(first);
    await core.apply({
      users: [{ tenant: 'lab', name: 'anna', password: 'two', accessKeys: [{ id: 'KEY1', secret: 'secret-two' }] }],
      shares: [{ tenant: 'lab', name: 'data', owner: 'anna', readOnly: true }],
    });
    expect(await core.accounts.authenticate('lab', 'anna', 'two')).toBeDefined();
    expect(core.accounts.key('KEY1')?.secret).toBe('secret-two');
    expect(core.shares.byName('nfs', 'lab', 'data')?.readOnly).toBe(true);
  });

  it('says what it cannot do', async () => {
    const { core } = await start();
    await core.apply(declared);
    await expect(core.apply({ users: [{ tenant: 'lab', name: 'anna', uid: 5 }] })).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(core.apply({ shares: [{ tenant: 'lab', name: 'b', owner: 'who' }] })).rejects.toThrow(/no user who/);
  });
});

describe('labels', () => {
  it('are kept sealed over a restart, for owners and administrators to change', async () => {
    const { core, volume, store } = await start();
    await core.accounts.createUser({ tenant: 'default', name: 'boss', administrator: true });
    const { user } = await core.accounts.createUser({ tenant: 'default', name: 'anna' });
    await core.accounts.createUser({ tenant: 'default', name: 'bert' });
    const share = await core.shares.create(as(core, 'anna'), { tenant: 'default', name: 'docs', owner: user.id });
    const secret = { headers: { 'temp-url-key': 'very secret' }, user: { colour: 'red' } };
    await core.labels.changeShare(as(core, 'anna'), share.id, () => secret);
    await core.labels.changeTenant(as(core, 'boss'), 'default', (present) => ({ ...present, user: { a: 'b' } }));
    expect(core.labels.ofShare(share.id)).toEqual(secret);
    expect(core.labels.ofTenant('default')).toEqual({ headers: {}, user: { a: 'b' } });
    await expect(core.labels.changeShare(as(core, 'bert'), share.id, () => secret)).rejects.toThrow('accessDenied');
    await expect(core.labels.changeTenant(as(core, 'anna'), 'default', () => secret)).rejects.toThrow('accessDenied');
    const large = { headers: {}, user: { a: 'x'.repeat(70_000) } };
    await expect(core.labels.changeShare(as(core, 'anna'), share.id, () => large)).rejects.toThrow('labels');
    await core.close();
    expect(JSON.stringify(await store.load())).not.toContain('very secret');
    const again = await start(volume, store);
    expect(again.core.labels.ofShare(share.id)).toEqual(secret);
    await again.core.shares.remove(as(again.core, 'anna'), share.id);
    await again.core.labels.changeTenant(as(again.core, 'boss'), 'default', () => ({ headers: {}, user: {} }));
    expect((await store.load())?.labels).toEqual({});
    await again.core.close();
  });
});

it('objects whose time has come are removed by and by', async () => {
  const clock = new TestClock();
  const volume = openMemoryVolume();
  const core = await createCore({
    volumes: new Map([['main', volume]]),
    registry: memoryRegistryStore(),
    clock,
    random,
    hasher: testHasher,
    secretBox: testBox,
    report: (error) => {
      throw error;
    },
  });
  const { user } = await core.accounts.createUser({ tenant: 'default', name: 'anna' });
  const share = await core.shares.create(as(core, 'anna'), { tenant: 'default', name: 'docs', owner: user.id });
  const expiresAt = Math.floor(clock.now() / 1000) + 30;
  await core.objects.put(as(core, 'anna'), share.id, 'k', bodyOf('x'), { headers: {}, user: {}, expiresAt });
  clock.advance(60_000);
  while ((await core.objects.usage(share.id)).objects > 0) await new Promise(setImmediate);
  await core.close();
});

it('a user is the same object until something of it changes, be it the password', async () => {
  const { core, user } = await withUser();
  const { user: other } = await core.accounts.createUser({ tenant: 'default', name: 'bert' });
  const now = () => core.accounts.userByName('default', 'anna');
  const before = now();
  await core.accounts.changeUser(other.id, { gid: 7 });
  expect(now()).toBe(before);
  await core.accounts.changeUser(user.id, { password: 'another' });
  expect(now()).not.toBe(before);
  expect(now()).toEqual(before);
  await core.close();
});
