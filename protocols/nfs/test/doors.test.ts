import { Writer } from '@polynas/core/wire';
import { afterEach, describe, expect, it } from 'vitest';
import type { NfsClientRule } from '@polynas/core/service';
import { ClientRules } from '../src/exports/rules.ts';
import { NfsServer } from '../src/nfs-server.ts';
import { RpcClient } from '../src/rpc/client.ts';
import { MOUNT_PROGRAM, MOUNT_V3, Mountstat3 as m, mountV3Procedures as mp } from '../src/xdr/mount.ts';
import { Createmode3, NFS_PROGRAM, NFS_V3, Nfsstat3 as s, nfsV3Procedures as p } from '../src/xdr/nfs3.ts';
import { bytes, makeWorld, ok, rule, sattr, text, unix, type World, type WorldOptions } from './world.ts';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) {
    await world.close();
    expect(world.faults).toEqual([]);
  }
});

async function open(options: WorldOptions = {}): Promise<World> {
  const world = await makeWorld(options);
  worlds.push(world);
  return world;
}

describe('address rules', () => {
  const find = (rules: readonly string[], address: string): string | undefined =>
    new ClientRules().find(
      rules.map((clients) => rule({ clients })),
      address,
    )?.clients;

  it.each([
    [['*'], '192.0.2.1', '*'],
    [['192.0.2.1'], '192.0.2.1', '192.0.2.1'],
    [['192.0.2.1'], '192.0.2.10', undefined],
    [['192.0.2.0/28'], '192.0.2.15', '192.0.2.0/28'],
    [['192.0.2.0/28'], '192.0.2.16', undefined],
    [['0.0.0.0/0'], '2001:db8::1', undefined],
    [['2001:db8::/32'], '2001:db8:1::1', '2001:db8::/32'],
    [['::1'], '0:0:0:0:0:0:0:1', '::1'],
    [['::1'], '127.0.0.1', undefined],
    [['10.0.0.0/8', '*'], '10.1.1.1', '10.0.0.0/8'],
    [['10.0.0.0/8', '*'], '11.1.1.1', '*'],
    [[], '10.1.1.1', undefined],
    // One that nobody can read lets nobody past it.
    [['10.0.0.0/99', '*'], '10.1.1.1', undefined],
    [['10.0.0.1', 'nonsense', '*'], '10.0.0.1', '10.0.0.1'],
    [['*'], 'nonsense', undefined],
  ])('%j for %s: %s', (rules, address, found) => {
    expect(find(rules, address)).toBe(found);
  });

  it('IPv4 that came mapped into IPv6 is IPv4', () => {
    expect(find(['192.0.2.0/24'], '::ffff:192.0.2.1')).toBe('192.0.2.0/24');
  });

  it('refuses at MOUNT and at each procedure, also a client that had a handle before', async () => {
    const world = await open({ rules: [rule()] });
    const client = await world.client();
    const top = await client.mount('/data');
    const share = world.core.shares.byName('nfs', 'default', 'data')!;
    const head = {
      principal: { name: 'head', tenant: '', uid: 0, gid: 0, groups: [], superuser: true },
      door: 'internal',
      client: 'test',
      patience: 'wait',
      stateless: false,
      readOnly: false,
    } as const;
    const change = (rules: readonly NfsClientRule[]) =>
      world.core.shares.change(head, share.id, { doors: { nfs: { rules } } });

    await change([rule({ clients: '10.0.0.0/8' })]);
    expect(await client.mnt('/data')).toEqual({ fhsStatus: m.MNT3ERR_ACCES });
    expect(await client.nfs(p.NFSPROC3_GETATTR, { object: top })).toEqual({ status: s.NFS3ERR_ACCES });

    await change([rule({ access: 'ro' })]);
    await client.getattr(top);
    const how = { mode: Createmode3.UNCHECKED, objAttributes: sattr() };
    const create = () => client.nfs(p.NFSPROC3_CREATE, { where: { dir: top, name: bytes('f') }, how });
    expect(await create()).toMatchObject({ status: s.NFS3ERR_ROFS, resfail: { dirWcc: { after: {} } } });
    expect(ok(await client.nfs(p.NFSPROC3_ACCESS, { object: top, access: 0x3f })).access).toBe(3);

    await change([rule({ privilegedPort: true })]);
    expect(await client.mnt('/data')).toEqual({ fhsStatus: m.MNT3ERR_ACCES });
    expect(await create()).toMatchObject({ status: s.NFS3ERR_ACCES });

    await world.core.shares.change(head, share.id, { doors: {} });
    expect(await client.mnt('/data')).toEqual({ fhsStatus: m.MNT3ERR_NOENT });
    expect(await client.nfs(p.NFSPROC3_GETATTR, { object: top })).toEqual({ status: s.NFS3ERR_STALE });
  });
});

describe('squash', () => {
  const SQUASHES = { none: [0, 0, 1000], root: [65_534, 65_533, 1000], all: [65_534, 65_533, 65_534] } as const;

  it.each(Object.entries(SQUASHES))('%s: root, its group, and a user', async (squash, [uid, gid, user]) => {
    const rules = [rule({ squash: squash as NfsClientRule['squash'], anonymousGid: 65_533 })];
    const world = await open({ rules });
    const [root, alice] = [await world.client(), await world.client(unix(1000, 1000, [0, 5]))];
    const top = await root.mount('/data');
    expect(await root.getattr(await root.create(top, 'f', { mode: 0o640 }))).toMatchObject({ uid, gid });
    expect(await root.getattr(await alice.create(top, 'g'))).toMatchObject({ uid: user });
    // A group that the client says it has counts where it is not squashed.
    const shared = world.core.shares.byName('nfs', 'default', 'data')!;
    const group = (name: string, owner: number) =>
      world.volume.create({}, shared.root, bytes(name), { kind: 'guarded' }, { uid: 77, gid: owner, mode: 0o040 });
    await group('five', 5);
    await group('zero', 0);
    const read = async (name: string) =>
      ok(await alice.nfs(p.NFSPROC3_ACCESS, { object: await alice.lookup(top, name), access: 1 })).access;
    expect(await read('five')).toBe(squash === 'all' ? 0 : 1);
    expect(await read('zero')).toBe(squash === 'none' ? 1 : 0);
  });

  it('a squashed root mounts a top that it may not enter, and nothing below', async () => {
    const world = await open({ rules: [rule({ squash: 'root' })], mode: 0o770 });
    const [root, alice] = [await world.client(), await world.client(unix(1000))];
    const top = await root.mount('/data');
    expect(await root.getattr(top)).toMatchObject({ mode: 0o770 });
    await alice.mkdir(top, 'sub');
    expect(await root.nfs(p.NFSPROC3_LOOKUP, { what: { dir: top, name: bytes('sub') } })).toMatchObject({
      status: s.NFS3ERR_ACCES,
    });
    expect(await root.mnt('/data/sub')).toEqual({ fhsStatus: m.MNT3ERR_ACCES });
    expect(await alice.mnt('/data/sub')).toMatchObject({ fhsStatus: m.MNT3_OK });
  });

  it('AUTH_NONE is anonymous where everybody is, and too weak elsewhere', async () => {
    const rules = [rule({ squash: 'all' })];
    const world = await open({ rules });
    const root = await world.client();
    const top = await root.mount('/data');
    const nobody = await world.client({ flavor: 'none' });
    expect(await root.getattr(await nobody.create(top, 'f'))).toMatchObject({ uid: 65_534, gid: 65_534 });
    const strict = await open();
    const other = await strict.client({ flavor: 'none' });
    const object = await (await strict.client()).mount('/data');
    await expect(other.nfs(p.NFSPROC3_GETATTR, { object })).rejects.toThrow('"authStat":5');
  });
});

describe('MOUNT', () => {
  it('finds exports of all tenants, and directories below them', async () => {
    const world = await open();
    const root = await world.client();
    const top = await root.mount('/data');
    const sub = await root.mkdir(await root.mkdir(top, 'a b'), 'é');
    await root.create(top, 'file');
    for (const path of ['/data/', '//data']) expect(await root.mount(path)).toEqual(top);
    for (const path of ['/data/a b/é', '/data/a b/é//']) expect(await root.mount(path)).toEqual(sub);
    expect((await root.getattr(await root.mount('/@other/theirs'))).uid).toBe(2000);
    expect(await root.mount('/@default/data')).toEqual(top);
    const status = async (path: string) => (await root.mnt(path)).fhsStatus;
    expect(await status('/data/file')).toBe(m.MNT3ERR_NOTDIR);
    expect(await status('/data/file/x')).toBe(m.MNT3ERR_NOTDIR);
    for (const path of [
      '/',
      '/none',
      '/DATA',
      '/closed',
      '/theirs',
      '/@other',
      '/@none/x',
      '/data/none',
      '/data/.polynas',
    ]) {
      expect(await status(path)).toBe(m.MNT3ERR_NOENT);
    }
    expect(await status('/data/../second')).toBe(m.MNT3ERR_INVAL);
  });

  it('shows the exports that the client may see, with whom they are for', async () => {
    const world = await open({ rules: [rule({ clients: '127.0.0.0/8' }), rule({ clients: '10.0.0.0/8' })] });
    const shown = async () => {
      const anonymous = await world.client({ flavor: 'none' });
      const exports = await anonymous.rpc.call(MOUNT_PROGRAM, MOUNT_V3, mp.MOUNTPROC3_EXPORT, undefined);
      return exports.map(({ exDir, exGroups }) => [text(exDir), ...exGroups.map(({ grName }) => text(grName))]);
    };
    const groups = ['127.0.0.0/8', '10.0.0.0/8'];
    expect(await shown()).toEqual([
      ['/data', ...groups],
      ['/second', ...groups],
      ['/@other/theirs', ...groups],
    ]);
    const hidden = await open({ rules: [rule({ clients: '10.0.0.0/8' })] });
    const client = await hidden.client();
    expect(await client.rpc.call(MOUNT_PROGRAM, MOUNT_V3, mp.MOUNTPROC3_EXPORT, undefined)).toEqual([]);
    expect(await client.mnt('/data')).toEqual({ fhsStatus: m.MNT3ERR_ACCES });
  });
});

describe('a head that restarts', () => {
  /** What GETATTR says of a handle at a server that starts over the same tree. */
  async function statusAfterStart(world: World, handleKey: Uint8Array, object: Uint8Array): Promise<number> {
    const server = new NfsServer({
      services: world.core,
      handleKey,
      observer: { fault: (error) => void world.faults.push(error), dropped: () => undefined },
    });
    const { nfs: address } = await server.listen({ host: '127.0.0.1', port: 0 });
    const rpc = await RpcClient.connect({ host: '127.0.0.1', port: address.port }, { credentials: unix(0) });
    const { status } = await rpc.call(NFS_PROGRAM, NFS_V3, p.NFSPROC3_GETATTR, { object });
    rpc.close();
    await server.close(1000);
    return status;
  }

  it('knows its handles, and not those of another head', async () => {
    const world = await open();
    const handle = await (await world.client()).mount('/data');
    expect(await statusAfterStart(world, new Uint8Array(32).fill(7), handle)).toBe(s.NFS3_OK);
    expect(await statusAfterStart(world, new Uint8Array(32).fill(8), handle)).toBe(s.NFS3ERR_BADHANDLE);
  });
});

describe('retransmissions', () => {
  it('are answered and not executed again, over another connection too', async () => {
    const world = await open();
    const root = await world.client();
    const dir = await root.mount('/data');
    const endpoint = { host: '127.0.0.1', port: world.port };
    const call = async (
      xid: number,
      codec: { number: number; encodeArgs: (w: Writer, args: never) => void },
      args: unknown,
    ) => {
      const rpc = await RpcClient.connect(endpoint, { credentials: unix(0) });
      const writer = new Writer();
      codec.encodeArgs(writer, args as never);
      const result = await rpc.callAs(xid, NFS_PROGRAM, NFS_V3, codec.number, writer.finish().parts);
      const answer = Buffer.from(result.bytes(result.remaining)).toString('hex');
      rpc.close();
      return answer;
    };
    const objAttributes = sattr({ mode: 0o644 });
    const where = { dir, name: bytes('f') };
    const create = { where, how: { mode: Createmode3.GUARDED, objAttributes } };
    const made = await call(7, p.NFSPROC3_CREATE, create);
    expect(made.startsWith('00000000')).toBe(true);
    expect(await call(7, p.NFSPROC3_CREATE, create)).toBe(made);
    expect(await call(8, p.NFSPROC3_CREATE, create)).not.toBe(made);
    const removed = await call(9, p.NFSPROC3_REMOVE, { object: where });
    expect(removed.startsWith('00000000')).toBe(true);
    expect(await call(9, p.NFSPROC3_REMOVE, { object: where })).toBe(removed);
  });
});
