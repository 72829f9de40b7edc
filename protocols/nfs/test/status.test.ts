import { type FileService, StorageError, type StorageErrorCode, storageErrorCodes } from '@polynas/core/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NfsServer } from '../src/nfs-server.ts';
import { RpcClient } from '../src/rpc/client.ts';
import { Nfsstat3 as s, nfsV3Procedures as p } from '../src/xdr/nfs3.ts';
import { statusOf } from '../src/v3/status.ts';
import { bytes, makeWorld, TestClient, unix, type World } from './world.ts';

const failingOperations = new Set<string | symbol>(['lookup', 'remove', 'read', 'rename', 'access', 'commit']);

/** Answers every operation but getattr with one error. */
function failing(files: FileService, error: () => Error): FileService {
  return new Proxy(files, {
    get(target, name) {
      if (failingOperations.has(name)) {
        return () => Promise.reject(error());
      }
      const method: unknown = Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}

let world: World;
let server: NfsServer;
let client: TestClient;
let top: Uint8Array;
let thrown: Error;
const faults: unknown[] = [];
let answered: unknown[] = [];

beforeAll(async () => {
  world = await makeWorld();
  const { accounts, shares, files } = world.core;
  server = new NfsServer({
    services: { accounts, shares, files: failing(files, () => thrown) },
    handleKey: new Uint8Array(32),
    observer: {
      fault: (error) => faults.push(error),
      dropped: () => undefined,
      answered: (call, procedure, result) =>
        answered.push([procedure, (result as { status?: number }).status, call.client.address]),
    },
  });
  const { nfs } = await server.listen({ host: '127.0.0.1', port: 0 });
  client = new TestClient(await RpcClient.connect({ host: '127.0.0.1', port: nfs.port }, { credentials: unix(0) }));
  top = await client.mount('/data');
});
afterAll(async () => {
  client.rpc.close();
  await server.close(100);
  await world.close();
});

const what = () => ({ dir: top, name: bytes('x') });

describe('statuses', () => {
  it.each(storageErrorCodes)(
    '%s is one that REMOVE, LOOKUP, RENAME, ACCESS and READ have',
    async (code: StorageErrorCode) => {
      thrown = new StorageError(code);
      const always = [s.NFS3ERR_IO, s.NFS3ERR_STALE, s.NFS3ERR_BADHANDLE, s.NFS3ERR_SERVERFAULT, s.NFS3ERR_JUKEBOX];
      const walk = [...always, s.NFS3ERR_NOENT, s.NFS3ERR_ACCES, s.NFS3ERR_NOTDIR, s.NFS3ERR_NAMETOOLONG];
      expect(walk).toContain((await client.nfs(p.NFSPROC3_LOOKUP, { what: what() })).status);
      const removed = await client.nfs(p.NFSPROC3_REMOVE, { object: what() });
      expect([...walk, s.NFS3ERR_PERM, s.NFS3ERR_ROFS, s.NFS3ERR_ISDIR]).toContain(removed.status);
      expect(always).toContain((await client.nfs(p.NFSPROC3_ACCESS, { object: top, access: 1 })).status);
      const read = await client.nfs(p.NFSPROC3_READ, { file: top, offset: 0, count: 1 });
      expect([...always, s.NFS3ERR_ACCES, s.NFS3ERR_INVAL]).toContain(read.status);
      const renamed = await client.nfs(p.NFSPROC3_RENAME, { from: what(), to: what() });
      const listed = Object.values(s).filter(
        (status) => ![s.NFS3ERR_NOT_SYNC, s.NFS3ERR_FBIG].includes(status as never),
      );
      expect(listed).toContain(renamed.status);
      if (code === 'tryLater') expect(renamed.status).toBe(s.NFS3ERR_JUKEBOX);
    },
  );

  it.each([
    ['noSpace', s.NFS3ERR_NOSPC],
    ['quotaExceeded', s.NFS3ERR_DQUOT],
  ] as const)('%s is told by COMMIT as it is by WRITE', async (code, status) => {
    thrown = new StorageError(code);
    const handle = await client.create(top, code);
    expect(await client.nfs(p.NFSPROC3_COMMIT, { file: handle, offset: 0, count: 0 })).toMatchObject({ status });
  });

  it('only what was not begun may be tried later', () => {
    const later = storageErrorCodes.filter((code) => statusOf[code] === s.NFS3ERR_JUKEBOX);
    expect(later).toEqual(['tryLater', 'tooMany']);
  });

  it('each call is told of', async () => {
    thrown = new StorageError('notFound');
    answered = [];
    await client.nfs(p.NFSPROC3_LOOKUP, { what: what() });
    await client.nfs(p.NFSPROC3_REMOVE, { object: what() });
    expect(answered).toEqual([
      ['NFSPROC3_LOOKUP', s.NFS3ERR_NOENT, '127.0.0.1'],
      ['NFSPROC3_REMOVE', s.NFS3ERR_NOENT, '127.0.0.1'],
    ]);
  });

  it('a fault of ours is SERVERFAULT, told, with attributes', async () => {
    thrown = new TypeError('a mistake');
    expect(await client.nfs(p.NFSPROC3_LOOKUP, { what: what() })).toMatchObject({
      status: s.NFS3ERR_SERVERFAULT,
      resfail: { dirAttributes: { mode: 0o777 } },
    });
    expect(faults).toEqual([thrown]);
  });
});
