import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryTree } from '../examples/memory-tree.ts';
import { serve } from '../examples/serve-tree.ts';
import { RpcClient } from '../src/rpc/client.ts';
import { Createmode3, Nfsstat3 as s, nfsV3Procedures as p } from '../src/xdr/nfs3.ts';
import { bytes, NO_VERIFIER, ok, sattr, TestClient, text, unix } from './world.ts';

describe('the example of a tree in memory', () => {
  const server = serve(new MemoryTree());
  let client: TestClient;
  let top: Uint8Array;

  beforeAll(async () => {
    const { nfs } = await server.listen({ host: '127.0.0.1', port: 0 });
    client = new TestClient(
      await RpcClient.connect({ host: '127.0.0.1', port: nfs.port }, { credentials: unix(1000) }),
    );
    top = await client.mount('/tree/');
  });
  afterAll(async () => {
    client.rpc.close();
    await server.close(100);
  });

  it('keeps files, directories and links', async () => {
    const dir = await client.mkdir(top, 'dir');
    const file = await client.create(dir, 'file', { mode: 0o640 });
    await client.write(file, 3, bytes('content'));
    expect(await client.getattr(file)).toMatchObject({ mode: 0o640, uid: 1000, size: 10, nlink: 1 });
    const { data, eof } = ok(await client.nfs(p.NFSPROC3_READ, { file, offset: 0, count: 100 }));
    expect([text(data), eof]).toEqual(['\0\0\0content', true]);
    ok(await client.nfs(p.NFSPROC3_COMMIT, { file, offset: 0, count: 0 }));
    const link = { dir: top, name: bytes('hard') };
    expect(ok(await client.nfs(p.NFSPROC3_LINK, { file, link })).fileAttributes).toMatchObject({ nlink: 2 });
    const symlink = { symlinkAttributes: sattr(), symlinkData: bytes('dir/file') };
    const made = ok(await client.nfs(p.NFSPROC3_SYMLINK, { where: { dir: top, name: bytes('soft') }, symlink }));
    expect(text(ok(await client.nfs(p.NFSPROC3_READLINK, { symlink: made.obj! })).data)).toBe('dir/file');
    ok(
      await client.nfs(p.NFSPROC3_RENAME, {
        from: { dir, name: bytes('file') },
        to: { dir: top, name: bytes('moved') },
      }),
    );
    expect(await client.lookup(top, 'moved')).toEqual(file);
    expect(await client.nfs(p.NFSPROC3_LOOKUP, { what: { dir, name: bytes('file') } })).toMatchObject({
      status: s.NFS3ERR_NOENT,
    });
    const below = { from: { dir: top, name: bytes('dir') }, to: { dir, name: bytes('x') } };
    expect(await client.nfs(p.NFSPROC3_RENAME, below)).toMatchObject({ status: s.NFS3ERR_INVAL });
    ok(await client.nfs(p.NFSPROC3_RMDIR, { object: { dir: top, name: bytes('dir') } }));
    expect((await client.getattr(top)).nlink).toBe(2);
  });

  it('lists, creates exclusively, truncates and removes', async () => {
    const dir = await client.mkdir(top, 'listed');
    const where = { dir, name: bytes('one') };
    const how = { mode: Createmode3.EXCLUSIVE, verf: new Uint8Array(8).fill(1) };
    const made = ok(await client.nfs(p.NFSPROC3_CREATE, { where, how }));
    expect(ok(await client.nfs(p.NFSPROC3_CREATE, { where, how })).obj).toEqual(made.obj);
    const list = async () => {
      const args = { dir, cookie: 0n, cookieverf: NO_VERIFIER, dircount: 4096, maxcount: 4096 };
      return ok(await client.nfs(p.NFSPROC3_READDIRPLUS, args)).reply.entries.map(({ name }) => text(name));
    };
    await client.mkdir(dir, 'two');
    expect(await list()).toEqual(['.', '..', 'one', 'two']);
    const truncated = { object: made.obj!, newAttributes: sattr({ size: 5 }), guard: undefined };
    ok(await client.nfs(p.NFSPROC3_SETATTR, truncated));
    expect(await client.getattr(made.obj!)).toMatchObject({ size: 5 });
    ok(await client.nfs(p.NFSPROC3_REMOVE, { object: where }));
    expect(await list()).toEqual(['.', '..', 'two']);
    expect(await client.nfs(p.NFSPROC3_GETATTR, { object: made.obj! })).toEqual({ status: s.NFS3ERR_STALE });
    ok(await client.nfs(p.NFSPROC3_FSSTAT, { fsroot: top }));
    ok(await client.nfs(p.NFSPROC3_FSINFO, { fsroot: top }));
  });
});
