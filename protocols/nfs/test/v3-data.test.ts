import { access, type Caller } from '@polynas/core/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Nfsstat3 as s, nfsV3Procedures as p, StableHow } from '../src/xdr/nfs3.ts';
import { bytes, makeWorld, ok, type TestClient, text, unix, type World } from './world.ts';

const EPOCH = 0x1234_5678_9abc_def0n;
const VERIFIER = Uint8Array.of(0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0);
const MIB = 1024 * 1024;

let world: World;
let root: TestClient;
let bob: TestClient;
let top: Uint8Array;
let count = 0;

beforeAll(async () => {
  world = await makeWorld({ volume: { epoch: EPOCH, traits: { maxFileSize: 2 ** 44 } } });
  root = await world.client();
  bob = await world.client(unix(1001));
  top = await root.mount('/data');
});
afterAll(async () => {
  await world.close();
  expect(world.faults).toEqual([]);
});

const fresh = (content = ''): Promise<Uint8Array> => fileOf(bytes(content));

async function fileOf(content: Uint8Array): Promise<Uint8Array> {
  const file = await root.create(top, `f${count++}`);
  if (content.length > 0) await root.write(file, 0, content);
  return file;
}

/** Alice, whom nothing is refused. */
function internal(core: World['core']): Caller {
  const principal = core.accounts.principalOf(core.accounts.userByName('default', 'alice')!);
  return {
    principal: { ...principal, superuser: true },
    door: 'internal',
    client: 'test',
    patience: 'wait',
    stateless: false,
    readOnly: false,
  };
}

const write = (file: Uint8Array, offset: number, data: Uint8Array, stable: 0 | 1 | 2 = 0) =>
  root.nfs(p.NFSPROC3_WRITE, { file, offset, count: data.length, stable, data });

/** READ with arguments that the encoder would not let through. */
async function readAt(file: Uint8Array, offset: bigint, length: number) {
  const args = Buffer.alloc(4 + file.length + 12);
  args.writeUInt32BE(file.length, 0);
  args.set(file, 4);
  args.writeBigUInt64BE(offset, 4 + file.length);
  args.writeUInt32BE(length, 12 + file.length);
  const { NFSPROC3_READ: codec } = p;
  return codec.decodeResult(await root.rpc.callBytes(100_003, 3, codec.number, [args]));
}

describe('READ', () => {
  const read = async (file: Uint8Array, offset: number, length: number) =>
    ok(await root.nfs(p.NFSPROC3_READ, { file, offset, count: length }));

  it('gives bytes, attributes and the end', async () => {
    const file = await fresh('0123456789');
    const whole = await read(file, 0, 100);
    expect(whole).toMatchObject({ count: 10, eof: true, fileAttributes: { size: 10 } });
    expect(text(whole.data)).toBe('0123456789');
    expect(await read(file, 0, 10)).toMatchObject({ count: 10, eof: true });
    expect(await read(file, 0, 9)).toMatchObject({ count: 9, eof: false });
    expect(await read(file, 9, 1)).toMatchObject({ count: 1, eof: true });
    expect(await read(file, 10, 1)).toMatchObject({ count: 0, eof: true });
    expect(await read(file, 3, 0)).toMatchObject({ count: 0, eof: false });
    expect(await read(file, 10, 0)).toMatchObject({ count: 0, eof: true });
  });

  it('keeps large replies apart that are on their way at once', async () => {
    // Without bytes at hand each read goes into a buffer that replies share one after another.
    const hopping = await makeWorld({ volume: { now: false } });
    try {
      const clients = await Promise.all([hopping.client(), hopping.client()]);
      const data = await clients[0].mount('/data');
      const files = await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          const file = await clients[0].create(data, `shared${index}`);
          await clients[0].write(file, 0, new Uint8Array(MIB).fill(index + 1));
          return file;
        }),
      );
      const asked = Array.from({ length: 160 }, (_, index) => ({ index, length: index % 3 === 0 ? 100_000 : MIB }));
      await Promise.all(
        asked.map(async ({ index, length }) => {
          const client = clients[index % 2]!;
          const { data: read } = ok(
            await client.nfs(p.NFSPROC3_READ, { file: files[index % 8]!, offset: 0, count: length }),
          );
          expect(Buffer.from(read).equals(Buffer.alloc(length, (index % 8) + 1))).toBe(true);
        }),
      );
      expect(hopping.faults).toEqual([]);
    } finally {
      await hopping.close();
    }
  });

  it('gives nothing past the end, however far past it', async () => {
    const file = await fresh('x');
    for (const offset of [2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(ok(await readAt(file, offset, 4096))).toMatchObject({ count: 0, eof: true });
    }
  });

  it('cuts what is more than rtmax', async () => {
    const content = new Uint8Array(MIB + 1).fill(5);
    const file = await root.create(top, 'large');
    await root.write(file, 0, content.subarray(0, MIB));
    await root.write(file, MIB, content.subarray(MIB));
    const first = ok(await readAt(file, 0n, 0xffff_ffff));
    expect(first).toMatchObject({ count: MIB, eof: false });
    expect(Buffer.compare(first.data, content.subarray(0, MIB))).toBe(0);
    expect(await read(file, MIB, MIB)).toMatchObject({ count: 1, eof: true });
  });

  it('is for files, and for those who may', async () => {
    expect(await root.nfs(p.NFSPROC3_READ, { file: top, offset: 0, count: 1 })).toMatchObject({
      status: s.NFS3ERR_INVAL,
      resfail: { fileAttributes: { mode: 0o777 } },
    });
    const secret = await root.create(top, 'secret', { mode: 0o600 });
    expect(await bob.nfs(p.NFSPROC3_READ, { file: secret, offset: 0, count: 1 })).toMatchObject({
      status: s.NFS3ERR_ACCES,
    });
  });

  it('lets the owner read and write what the mode closed after the open', async () => {
    const mine = await bob.create(top, 'mine', { mode: 0 });
    await bob.write(mine, 0, bytes('x'));
    expect(ok(await bob.nfs(p.NFSPROC3_READ, { file: mine, offset: 0, count: 9 })).count).toBe(1);
  });
});

describe('WRITE and COMMIT', () => {
  it('write, with exact wcc, the verifier of the epoch, and no less stable than asked', async () => {
    const file = await fresh('abc');
    for (const stable of [StableHow.UNSTABLE, StableHow.DATA_SYNC, StableHow.FILE_SYNC]) {
      const { size, mtime, ctime } = await root.getattr(file);
      const result = ok(await write(file, 1, bytes('-'), stable));
      expect(result.fileWcc.before).toEqual({ size, mtime, ctime });
      expect(result.fileWcc.after).toEqual(await root.getattr(file));
      expect(result.count).toBe(1);
      expect(result.committed).toBeGreaterThanOrEqual(stable);
      expect(result.verf).toEqual(VERIFIER);
    }
  });

  it('COMMIT answers with the same verifier, and changes nothing', async () => {
    const file = await fresh('abc');
    const { size, mtime, ctime } = await root.getattr(file);
    for (const [offset, length] of [
      [0, 0],
      [1, 2],
      [2 ** 53 - 1, 4096],
    ] as const) {
      const result = ok(await root.nfs(p.NFSPROC3_COMMIT, { file, offset, count: length }));
      expect(result.verf).toEqual(VERIFIER);
      expect(result.fileWcc.before).toEqual({ size, mtime, ctime });
      expect(result.fileWcc.after).toEqual(await root.getattr(file));
    }
    expect(await root.nfs(p.NFSPROC3_COMMIT, { file: top, offset: 0, count: 0 })).toMatchObject({
      status: s.NFS3ERR_INVAL,
      resfail: { fileWcc: { before: undefined, after: { mode: 0o777 } } },
    });
  });

  it('extends, and leaves holes that read as zeros', async () => {
    const file = await fresh('a');
    await root.write(file, 100_000, bytes('z'));
    const { data } = ok(await root.nfs(p.NFSPROC3_READ, { file, offset: 0, count: 200_000 }));
    expect(data.length).toBe(100_001);
    expect([data[0], data[1], data[99_999], data[100_000]]).toEqual([0x61, 0, 0, 0x7a]);
  });

  it('writes nothing when there is nothing', async () => {
    const file = await fresh('abc');
    const before = await root.getattr(file);
    expect(ok(await write(file, 1000, new Uint8Array(0)))).toMatchObject({ count: 0 });
    expect(await root.getattr(file)).toEqual(before);
  });

  it('refuses what is too far out, or is no whole', async () => {
    const file = await fresh('abc');
    const after = await root.getattr(file);
    const tooBig = { status: s.NFS3ERR_FBIG, resfail: { fileWcc: { before: undefined, after } } };
    expect(await write(file, 2 ** 44, bytes('x'))).toMatchObject(tooBig);
    expect(await write(file, Number.MAX_SAFE_INTEGER, bytes('x'))).toMatchObject(tooBig);
    const args = { file, offset: 0, count: 4, stable: 0, data: bytes('abc') } as const;
    expect(await root.nfs(p.NFSPROC3_WRITE, args)).toMatchObject({ status: s.NFS3ERR_INVAL });
    expect(await root.getattr(file)).toEqual(after);
  });

  it('takes 1 MiB in one record, and what arrives in pieces', async () => {
    const data = Buffer.alloc(MIB, 'polynas');
    const file = await fileOf(new Uint8Array(0));
    ok(await write(file, 7, data));
    const read = ok(await root.nfs(p.NFSPROC3_READ, { file, offset: 7, count: MIB }));
    expect(Buffer.compare(read.data, data)).toBe(0);
  });

  it('clears suid and sgid when somebody else writes', async () => {
    const file = await root.create(top, 'suid', { mode: 0o6777 });
    ok(await bob.nfs(p.NFSPROC3_WRITE, { file, offset: 0, count: 1, stable: 0, data: bytes('x') }));
    expect((await root.getattr(file)).mode).toBe(0o777);
  });
});

describe('doors see one truth', () => {
  it('an exclusive lock of an SMB open refuses READ and WRITE of its range, and no other', async () => {
    const handle = await fresh('0123456789');
    const { core } = world;
    const share = core.shares.byName('nfs', 'default', 'data')!.id;
    const file = { share, id: (await root.getattr(handle)).fileid };
    const opener = { client: 'host', owner: 'o' };
    const smb = { ...internal(core), door: 'smb' } as const;
    const open = await core.state.open(smb, file, { access: access.readData | access.writeData, deny: 0, opener });
    const range = { start: 2n, end: 3n };
    await core.state.lock(smb, file, { kind: 'smb', mode: 'exclusive', range, opener, open, wait: false });
    const status = async (offset: number, length: number) => [
      (await root.nfs(p.NFSPROC3_READ, { file: handle, offset, count: length })).status,
      (await write(handle, offset, new Uint8Array(length))).status,
    ];
    expect(await status(0, 2)).toEqual([s.NFS3_OK, s.NFS3_OK]);
    expect(await status(0, 3)).toEqual([s.NFS3ERR_ACCES, s.NFS3ERR_ACCES]);
    await open.close();
    expect(await status(0, 3)).toEqual([s.NFS3_OK, s.NFS3_OK]);
  });

  it('a removed share is stale, its other mounts live on', async () => {
    const { core } = world;
    const owner = core.accounts.userByName('default', 'alice')!;
    const caller = internal(core);
    const doors = core.shares.byName('nfs', 'default', 'data')!.doors;
    const share = await core.shares.create(caller, { tenant: 'default', name: 'brief', owner: owner.id, doors });
    const brief = await root.mount('/brief');
    await root.getattr(brief);
    await core.shares.remove(caller, share.id);
    expect(await root.nfs(p.NFSPROC3_GETATTR, { object: brief })).toEqual({ status: s.NFS3ERR_STALE });
    expect(await root.getattr(top)).toMatchObject({ mode: 0o777 });
  });
});
