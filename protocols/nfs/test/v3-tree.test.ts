import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ACCESS3_DELETE,
  ACCESS3_EXECUTE,
  ACCESS3_EXTEND,
  ACCESS3_LOOKUP,
  ACCESS3_MODIFY,
  ACCESS3_READ,
  Createmode3,
  Ftype3,
  Nfsstat3 as s,
  nfsV3Procedures as p,
  TimeHow,
  type WccData,
} from '../src/xdr/nfs3.ts';
import { bytes, makeWorld, ok, sattr, type TestClient, text, unix, type World } from './world.ts';

let world: World;
let root: TestClient;
let alice: TestClient;
let bob: TestClient;
let top: Uint8Array;
let count = 0;

beforeAll(async () => {
  world = await makeWorld();
  root = await world.client();
  alice = await world.client(unix(1000));
  bob = await world.client(unix(1001));
  top = await root.mount('/data');
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

/** A directory of its own for a test. */
const fresh = (mode = 0o777): Promise<Uint8Array> => root.mkdir(top, `d${count++}`, { mode });
const where = (dir: Uint8Array, name: string) => ({ dir, name: bytes(name) });

/** Before and after are exactly what GETATTR said around the change. */
async function exact<Result>(
  directory: Uint8Array,
  change: () => Promise<Result>,
  wccOf: (result: Result) => WccData,
): Promise<Result> {
  const { size, mtime, ctime } = await root.getattr(directory);
  const result = await change();
  const wcc = wccOf(result);
  expect(wcc.before).toEqual({ size, mtime, ctime });
  expect(wcc.after).toEqual(await root.getattr(directory));
  return result;
}

describe('GETATTR', () => {
  it('shows a file system for each share, ids and types', async () => {
    const second = await root.mount('/second');
    const [a, b] = [await root.getattr(top), await root.getattr(second)];
    expect(a).toMatchObject({ type: Ftype3.NF3DIR, mode: 0o777, uid: 1000, gid: 1000 });
    expect(a.fsid).not.toBe(b.fsid);
    expect(a.fileid).not.toBe(b.fileid);
  });

  it('refuses handles that are none, and those of what is gone', async () => {
    const status = async (object: Uint8Array) => (await root.nfs(p.NFSPROC3_GETATTR, { object })).status;
    const file = await root.create(top, 'going');
    expect(await status(new Uint8Array(0))).toBe(s.NFS3ERR_BADHANDLE);
    expect(await status(file.slice(1))).toBe(s.NFS3ERR_BADHANDLE);
    expect(await status(file.with(10, file[10]! ^ 1))).toBe(s.NFS3ERR_BADHANDLE);
    ok(await root.nfs(p.NFSPROC3_REMOVE, { object: where(top, 'going') }));
    expect(await status(file)).toBe(s.NFS3ERR_STALE);
  });
});

describe('SETATTR', () => {
  const setattr = (
    client: TestClient,
    object: Uint8Array,
    changes: object,
    guard?: { seconds: number; nseconds: number },
  ) => client.nfs(p.NFSPROC3_SETATTR, { object, newAttributes: sattr(changes), guard });

  it('changes mode, owner, size and times with exact wcc', async () => {
    const file = await root.create(await fresh(), 'f');
    await exact(
      file,
      () => setattr(root, file, { mode: 0o4751, uid: 7, gid: 8, size: 100 }),
      (r) => ok(r).objWcc,
    );
    expect(await root.getattr(file)).toMatchObject({ mode: 0o4751, uid: 7, gid: 8, size: 100 });
    const time = { seconds: 4_000_000_000, nseconds: 5 };
    const times = {
      atime: { setIt: TimeHow.SET_TO_CLIENT_TIME, atime: time },
      mtime: { setIt: TimeHow.SET_TO_SERVER_TIME },
    };
    ok(await setattr(root, file, times));
    const after = await root.getattr(file);
    expect(after.atime).toEqual(time);
    expect(after.mtime).toEqual(after.ctime);
  });

  it('obeys the guard', async () => {
    const file = await root.create(await fresh(), 'f');
    const { ctime } = await root.getattr(file);
    const late = await setattr(root, file, { mode: 0o600 }, { ...ctime, seconds: ctime.seconds - 1 });
    expect(late).toMatchObject({ status: s.NFS3ERR_NOT_SYNC, resfail: { objWcc: { after: { mode: 0o644 } } } });
    ok(await setattr(root, file, { mode: 0o600 }, ctime));
    expect((await root.getattr(file)).mode).toBe(0o600);
  });

  it('refuses what others may not, with attributes', async () => {
    const file = await alice.create(await fresh(), 'f');
    expect(await setattr(bob, file, { mode: 0o777 })).toMatchObject({
      status: s.NFS3ERR_PERM,
      resfail: { objWcc: { after: { mode: 0o644 } } },
    });
    expect(await setattr(alice, file, { uid: 1001 })).toMatchObject({ status: s.NFS3ERR_PERM });
    expect(await setattr(bob, file, { size: 0 })).toMatchObject({ status: s.NFS3ERR_ACCES });
  });

  it('refuses values out of range', async () => {
    const dir = await fresh();
    const file = await root.create(dir, 'f');
    expect(await setattr(root, dir, { size: 0 })).toMatchObject({ status: s.NFS3ERR_INVAL });
    const wrong = { atime: { setIt: TimeHow.SET_TO_CLIENT_TIME, atime: { seconds: 0, nseconds: 1e9 } } };
    expect(await setattr(root, file, wrong)).toMatchObject({ status: s.NFS3ERR_INVAL });
  });

  it('sets the times of a symbolic link itself', async () => {
    const dir = await fresh();
    const symlink = { symlinkAttributes: sattr(), symlinkData: bytes('f') };
    const link = ok(await root.nfs(p.NFSPROC3_SYMLINK, { where: where(dir, 'l'), symlink })).obj!;
    const mtime = { seconds: 5, nseconds: 6 };
    ok(await setattr(root, link, { mtime: { setIt: TimeHow.SET_TO_CLIENT_TIME, mtime } }));
    expect(await root.getattr(link)).toMatchObject({ type: Ftype3.NF3LNK, mtime, mode: 0o777, size: 1 });
  });
});

describe('LOOKUP', () => {
  it('finds names, `.` and `..`, with attributes of both', async () => {
    const dir = await fresh();
    const sub = await root.mkdir(dir, 'sub');
    const found = ok(await root.nfs(p.NFSPROC3_LOOKUP, { what: where(dir, 'sub') }));
    expect(found.object).toEqual(sub);
    expect(found.objAttributes).toEqual(await root.getattr(sub));
    expect(found.dirAttributes).toEqual(await root.getattr(dir));
    expect(await root.lookup(sub, '.')).toEqual(sub);
    expect(await root.lookup(sub, '..')).toEqual(dir);
    expect(await root.lookup(top, '..')).toEqual(top);
  });

  it.each([
    ['missing', s.NFS3ERR_NOENT],
    ['', s.NFS3ERR_ACCES],
    ['a/b', s.NFS3ERR_ACCES],
    ['a\0b', s.NFS3ERR_ACCES],
    ['n'.repeat(256), s.NFS3ERR_NAMETOOLONG],
  ])('%j', async (name, status) => {
    const found = await root.nfs(p.NFSPROC3_LOOKUP, { what: where(top, name) });
    expect(found).toMatchObject({ status, resfail: { dirAttributes: { type: Ftype3.NF3DIR } } });
  });

  it('needs a directory that the caller may search', async () => {
    const dir = await fresh(0o700);
    const file = await root.create(dir, 'f');
    expect(await root.nfs(p.NFSPROC3_LOOKUP, { what: where(file, 'x') })).toMatchObject({
      status: s.NFS3ERR_NOTDIR,
      resfail: { dirAttributes: { type: Ftype3.NF3REG } },
    });
    expect(await bob.nfs(p.NFSPROC3_LOOKUP, { what: where(dir, 'f') })).toMatchObject({ status: s.NFS3ERR_ACCES });
  });

  it('keeps names byte for byte', async () => {
    const dir = await fresh();
    const name = Uint8Array.of(0xff, 0x20, 0x80, 0x0a, 0xc3);
    const how = { mode: Createmode3.GUARDED, objAttributes: sattr() };
    const made = ok(await root.nfs(p.NFSPROC3_CREATE, { where: { dir, name }, how })).obj;
    expect(ok(await root.nfs(p.NFSPROC3_LOOKUP, { what: { dir, name } })).object).toEqual(made);
  });
});

describe('ACCESS', () => {
  const ALL = 0x3f;
  const bits = async (client: TestClient, object: Uint8Array, access = ALL): Promise<number> =>
    ok(await client.nfs(p.NFSPROC3_ACCESS, { object, access })).access;

  it('answers by mode bits, for files and for directories', async () => {
    const dir = await fresh();
    const file = await alice.create(dir, 'f', { mode: 0o640 });
    expect(await bits(alice, file)).toBe(ACCESS3_READ | ACCESS3_MODIFY | ACCESS3_EXTEND);
    expect(await bits(await world.client(unix(5, 1000)), file)).toBe(ACCESS3_READ);
    expect(await bits(await world.client(unix(5, 5, [1000])), file)).toBe(ACCESS3_READ);
    expect(await bits(bob, file)).toBe(0);
    expect(await bits(alice, await alice.create(dir, 'x', { mode: 0o500 }))).toBe(ACCESS3_READ | ACCESS3_EXECUTE);
    const entries = ACCESS3_LOOKUP | ACCESS3_MODIFY | ACCESS3_EXTEND | ACCESS3_DELETE;
    expect(await bits(alice, await alice.mkdir(dir, 'rwx', { mode: 0o700 }))).toBe(ACCESS3_READ | entries);
    expect(await bits(alice, await alice.mkdir(dir, 'wx', { mode: 0o300 }))).toBe(entries);
    expect(await bits(alice, await alice.mkdir(dir, 'x1', { mode: 0o100 }))).toBe(ACCESS3_LOOKUP);
    expect(await bits(alice, await alice.mkdir(dir, 'w', { mode: 0o200 }))).toBe(0);
  });

  it('answers nothing that was not asked', async () => {
    expect(await bits(root, top, ACCESS3_READ)).toBe(ACCESS3_READ);
  });
});

describe('READLINK', () => {
  it('gives the path byte for byte', async () => {
    const dir = await fresh();
    const target = Uint8Array.of(0x2f, 0xff, 0x0a, 0x2e);
    const symlink = { symlinkAttributes: sattr({ mode: 0o777 }), symlinkData: target };
    const made = await exact(
      dir,
      () => root.nfs(p.NFSPROC3_SYMLINK, { where: where(dir, 'l'), symlink }),
      (r) => ok(r).dirWcc,
    );
    const { obj } = ok(made);
    const read = ok(await root.nfs(p.NFSPROC3_READLINK, { symlink: obj! }));
    expect(read.data).toEqual(target);
    expect(read.symlinkAttributes).toEqual(await root.getattr(obj!));
  });

  it('is for symbolic links only', async () => {
    expect(await root.nfs(p.NFSPROC3_READLINK, { symlink: top })).toMatchObject({
      status: s.NFS3ERR_INVAL,
      resfail: { symlinkAttributes: { type: Ftype3.NF3DIR } },
    });
  });
});

describe('CREATE', () => {
  const create = (
    client: TestClient,
    dir: Uint8Array,
    name: string,
    how: Parameters<typeof p.NFSPROC3_CREATE.encodeArgs>[1]['how'],
  ) => client.nfs(p.NFSPROC3_CREATE, { where: where(dir, name), how });
  const unchecked = (changes = {}) => ({ mode: Createmode3.UNCHECKED, objAttributes: sattr(changes) });
  const guarded = (changes = {}) => ({ mode: Createmode3.GUARDED, objAttributes: sattr(changes) });
  const exclusive = (verifier: number) => ({ mode: Createmode3.EXCLUSIVE, verf: new Uint8Array(8).fill(verifier) });

  it('makes a file with what was asked for, owned by the caller', async () => {
    const dir = await fresh();
    const made = await exact(
      dir,
      () => create(alice, dir, 'f', guarded({ mode: 0o640, size: 10 })),
      (r) => ok(r).dirWcc,
    );
    const { obj, objAttributes } = ok(made);
    expect(objAttributes).toMatchObject({ type: Ftype3.NF3REG, mode: 0o640, uid: 1000, gid: 1000, size: 10, nlink: 1 });
    expect(objAttributes).toEqual(await root.getattr(obj!));
  });

  it('UNCHECKED gives what is there, and truncates it; GUARDED refuses', async () => {
    const dir = await fresh();
    const file = await alice.create(dir, 'f', { size: 10 });
    expect(ok(await create(alice, dir, 'f', unchecked({ mode: 0o777 })))).toMatchObject({
      obj: file,
      objAttributes: { mode: 0o644, size: 10 },
    });
    expect(ok(await create(alice, dir, 'f', unchecked({ size: 0 }))).objAttributes).toMatchObject({ size: 0 });
    expect(await create(bob, dir, 'f', unchecked({ size: 0 }))).toMatchObject({ status: s.NFS3ERR_ACCES });
    const refused = await create(alice, dir, 'f', guarded());
    expect(refused).toMatchObject({
      status: s.NFS3ERR_EXIST,
      resfail: { dirWcc: { before: undefined, after: await root.getattr(dir) } },
    });
    await root.mkdir(dir, 'd');
    expect(await create(root, dir, 'd', unchecked())).toMatchObject({ status: s.NFS3ERR_EXIST });
  });

  it('EXCLUSIVE gives the file again to the same verifier alone', async () => {
    const dir = await fresh();
    const first = ok(await create(alice, dir, 'f', exclusive(1)));
    expect(first.objAttributes).toMatchObject({ uid: 1000, mode: 0o600, size: 0 });
    expect(ok(await create(alice, dir, 'f', exclusive(1))).obj).toEqual(first.obj);
    expect(await create(alice, dir, 'f', exclusive(2))).toMatchObject({ status: s.NFS3ERR_EXIST });
    await root.create(dir, 'g');
    expect(await create(alice, dir, 'g', exclusive(1))).toMatchObject({ status: s.NFS3ERR_EXIST });
  });

  it.each([
    ['.', s.NFS3ERR_EXIST],
    ['..', s.NFS3ERR_EXIST],
    ['', s.NFS3ERR_ACCES],
    ['a/b', s.NFS3ERR_ACCES],
    ['n'.repeat(256), s.NFS3ERR_NAMETOOLONG],
    ['.polynas', s.NFS3ERR_ACCES],
  ])('name %j', async (name, status) => {
    expect(await create(root, top, name, unchecked())).toMatchObject({ status });
  });

  it('needs rights on the directory', async () => {
    const dir = await fresh(0o755);
    expect(await create(bob, dir, 'f', unchecked())).toMatchObject({
      status: s.NFS3ERR_ACCES,
      resfail: { dirWcc: { after: { mode: 0o755 } } },
    });
  });

  it('passes over an owner that the caller may not give', async () => {
    const dir = await fresh();
    const made = ok(await create(alice, dir, 'f', guarded({ mode: 0o600, uid: 0, gid: 0 })));
    expect(made.objAttributes).toMatchObject({ uid: 1000, gid: 1000 });
    const given = ok(await create(root, dir, 'g', guarded({ mode: 0o600, uid: 5, gid: 6 })));
    expect(given.objAttributes).toMatchObject({ uid: 5, gid: 6 });
  });
});

describe('MKDIR, MKNOD', () => {
  it('MKDIR makes a directory', async () => {
    const dir = await fresh();
    const args = { where: where(dir, 'd'), attributes: sattr({ mode: 0o1755 }) };
    const made = ok(
      await exact(
        dir,
        () => alice.nfs(p.NFSPROC3_MKDIR, args),
        (r) => ok(r).dirWcc,
      ),
    );
    expect(made.objAttributes).toMatchObject({ type: Ftype3.NF3DIR, mode: 0o1755, uid: 1000, nlink: 2 });
    expect(await root.nfs(p.NFSPROC3_MKDIR, args)).toMatchObject({ status: s.NFS3ERR_EXIST });
    const file = await root.create(dir, 'f');
    expect(await root.nfs(p.NFSPROC3_MKDIR, { ...args, where: where(file, 'x') })).toMatchObject({
      status: s.NFS3ERR_NOTDIR,
    });
  });

  it('MKNOD makes each type that it has', async () => {
    const dir = await fresh();
    const mknod = (client: TestClient, name: string, what: Parameters<typeof p.NFSPROC3_MKNOD.encodeArgs>[1]['what']) =>
      client.nfs(p.NFSPROC3_MKNOD, { where: where(dir, name), what });
    const device = { devAttributes: sattr({ mode: 0o660 }), spec: { specdata1: 8, specdata2: 17 } };
    const pipeAttributes = sattr({ mode: 0o622 });
    const rdev = { specdata1: 8, specdata2: 17 };
    const types = { block: Ftype3.NF3BLK, char: Ftype3.NF3CHR } as const;
    for (const [name, type] of Object.entries(types)) {
      const made = ok(
        await exact(
          dir,
          () => mknod(root, name, { type, device }),
          (r) => ok(r).dirWcc,
        ),
      );
      expect(made.objAttributes).toMatchObject({ type, mode: 0o660, rdev });
      expect(await mknod(alice, `${name}2`, { type, device })).toMatchObject({ status: s.NFS3ERR_PERM });
    }
    for (const type of [Ftype3.NF3FIFO, Ftype3.NF3SOCK]) {
      expect(ok(await mknod(alice, `p${type}`, { type, pipeAttributes })).objAttributes).toMatchObject({
        type,
        mode: 0o622,
      });
    }
    for (const type of [Ftype3.NF3REG, Ftype3.NF3DIR, Ftype3.NF3LNK]) {
      expect(await mknod(root, 'x', { type })).toMatchObject({
        status: s.NFS3ERR_BADTYPE,
        resfail: { dirWcc: { after: { type: Ftype3.NF3DIR } } },
      });
    }
  });
});

describe('REMOVE, RMDIR', () => {
  const remove = (client: TestClient, dir: Uint8Array, name: string) =>
    client.nfs(p.NFSPROC3_REMOVE, { object: where(dir, name) });
  const rmdir = (client: TestClient, dir: Uint8Array, name: string) =>
    client.nfs(p.NFSPROC3_RMDIR, { object: where(dir, name) });

  it('REMOVE takes files', async () => {
    const dir = await fresh();
    await root.create(dir, 'f');
    await root.mkdir(dir, 'd');
    await exact(
      dir,
      () => remove(root, dir, 'f'),
      (r) => ok(r).dirWcc,
    );
    expect(await remove(root, dir, 'f')).toMatchObject({ status: s.NFS3ERR_NOENT, resfail: { dirWcc: { after: {} } } });
    expect(await remove(root, dir, 'd')).toMatchObject({ status: s.NFS3ERR_ISDIR });
    for (const name of ['.', '..', ''])
      expect(await remove(root, dir, name)).toMatchObject({ status: s.NFS3ERR_ACCES });
  });

  it('RMDIR takes empty directories', async () => {
    const dir = await fresh();
    await root.create(await root.mkdir(dir, 'full'), 'f');
    await root.mkdir(dir, 'd');
    await root.create(dir, 'f');
    await exact(
      dir,
      () => rmdir(root, dir, 'd'),
      (r) => ok(r).dirWcc,
    );
    expect(await rmdir(root, dir, 'full')).toMatchObject({ status: s.NFS3ERR_NOTEMPTY });
    expect(await rmdir(root, dir, 'f')).toMatchObject({ status: s.NFS3ERR_NOTDIR });
    expect(await rmdir(root, dir, '.')).toMatchObject({ status: s.NFS3ERR_INVAL });
    expect(await rmdir(root, dir, '..')).toMatchObject({ status: s.NFS3ERR_EXIST });
  });

  it('the sticky bit keeps others out', async () => {
    const dir = await fresh(0o1777);
    await alice.create(dir, 'f');
    expect(await remove(bob, dir, 'f')).toMatchObject({ status: s.NFS3ERR_PERM });
    ok(await remove(alice, dir, 'f'));
  });
});

describe('RENAME', () => {
  const rename = (client: TestClient, from: Uint8Array, fromName: string, to: Uint8Array, toName: string) =>
    client.nfs(p.NFSPROC3_RENAME, { from: where(from, fromName), to: where(to, toName) });

  it('moves and takes over, with exact wcc of both directories', async () => {
    const [a, b] = [await fresh(), await fresh()];
    const file = await root.create(a, 'f');
    await root.create(b, 'g');
    const from = await root.getattr(a);
    const result = await exact(
      b,
      () => rename(root, a, 'f', b, 'g'),
      (r) => ok(r).todirWcc,
    );
    expect(ok(result).fromdirWcc.before).toEqual({ size: from.size, mtime: from.mtime, ctime: from.ctime });
    expect(ok(result).fromdirWcc.after).toEqual(await root.getattr(a));
    expect(await root.lookup(b, 'g')).toEqual(file);
    ok(await rename(root, b, 'g', b, 'g'));
  });

  it('refuses what POSIX refuses', async () => {
    const dir = await fresh();
    const d = await root.mkdir(dir, 'd');
    await root.create(d, 'x');
    await root.mkdir(dir, 'e');
    await root.create(dir, 'f');
    const status = async (from: Uint8Array, fromName: string, to: Uint8Array, toName: string) =>
      (await rename(root, from, fromName, to, toName)).status;
    expect(await status(dir, 'f', dir, 'd')).toBe(s.NFS3ERR_ISDIR);
    expect(await status(dir, 'd', dir, 'f')).toBe(s.NFS3ERR_NOTDIR);
    expect([s.NFS3ERR_NOTEMPTY, s.NFS3ERR_EXIST]).toContain(await status(dir, 'e', dir, 'd'));
    expect(await status(dir, 'd', d, 'below')).toBe(s.NFS3ERR_INVAL);
    expect(await status(dir, 'no', dir, 'f')).toBe(s.NFS3ERR_NOENT);
    for (const dots of ['.', '..']) {
      expect(await status(dir, dots, dir, 'n')).toBe(s.NFS3ERR_INVAL);
      expect(await status(dir, 'f', dir, dots)).toBe(s.NFS3ERR_INVAL);
    }
    expect(await status(dir, 'f', dir, 'n'.repeat(256))).toBe(s.NFS3ERR_NAMETOOLONG);
  });

  it('stays in its share, and says how both directories are', async () => {
    const other = await root.mount('/second');
    const dir = await fresh();
    await root.create(dir, 'f');
    expect(await rename(root, dir, 'f', other, 'f')).toMatchObject({
      status: s.NFS3ERR_XDEV,
      resfail: { fromdirWcc: { after: await root.getattr(dir) }, todirWcc: { after: await root.getattr(other) } },
    });
  });
});

describe('LINK', () => {
  it('gives another name, with attributes of both', async () => {
    const dir = await fresh();
    const file = await root.create(dir, 'f');
    const args = { file, link: where(dir, 'g') };
    const made = ok(
      await exact(
        dir,
        () => root.nfs(p.NFSPROC3_LINK, args),
        (r) => ok(r).linkdirWcc,
      ),
    );
    expect(made.fileAttributes).toMatchObject({ nlink: 2 });
    expect(await root.lookup(dir, 'g')).toEqual(file);
    expect(await root.nfs(p.NFSPROC3_LINK, args)).toMatchObject({
      status: s.NFS3ERR_EXIST,
      resfail: { fileAttributes: { nlink: 2 }, linkdirWcc: { after: {} } },
    });
  });

  it('is for files of the same share', async () => {
    const dir = await fresh();
    const link = async (file: Uint8Array, to: Uint8Array) =>
      (await root.nfs(p.NFSPROC3_LINK, { file, link: where(to, 'l') })).status;
    expect(await link(dir, dir)).toBe(s.NFS3ERR_INVAL);
    expect(await link(await root.create(dir, 'f'), await root.mount('/second'))).toBe(s.NFS3ERR_XDEV);
  });
});

describe('FSSTAT, FSINFO, PATHCONF', () => {
  it('tell what the volume is', async () => {
    expect(ok(await root.nfs(p.NFSPROC3_FSSTAT, { fsroot: top }))).toMatchObject({
      objAttributes: { type: Ftype3.NF3DIR },
      tbytes: 2 ** 40,
      invarsec: 0,
    });
    expect(ok(await root.nfs(p.NFSPROC3_FSINFO, { fsroot: top }))).toMatchObject({
      rtmax: 1024 * 1024,
      wtmax: 1024 * 1024,
      maxfilesize: 2 ** 53 - 1,
      timeDelta: { seconds: 0, nseconds: 1 },
      properties: 0x1b,
    });
    expect(ok(await root.nfs(p.NFSPROC3_PATHCONF, { object: top }))).toMatchObject({
      nameMax: 255,
      linkmax: 65_000,
      noTrunc: true,
      chownRestricted: true,
      caseInsensitive: false,
      casePreserving: true,
    });
  });

  it('NULL answers anybody', async () => {
    const anonymous = await world.client({ flavor: 'none' });
    expect(await anonymous.nfs(p.NFSPROC3_NULL, undefined)).toBeUndefined();
    expect(text(bytes('é'))).toBe('é');
  });
});
