import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RpcClient } from '../rpc/client.ts';
import { RpcServer } from '../rpc/server.ts';
import { MOUNT_PROGRAM, MOUNT_V3, Mountstat3, mountV3Procedures as p } from '../xdr/mount.ts';
import { segmentsOf } from './export-path.ts';
import { MountList } from './mount-list.ts';
import type { MountTree } from './mount-tree.ts';
import { mountProgram } from './program.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

describe('segmentsOf', () => {
  it.each([
    ['/export', ['export']],
    ['/export/', ['export']],
    ['//export///sub/', ['export', 'sub']],
    ['/', []],
    ['/a/..', undefined],
    ['/./a', undefined],
    ['/.../a', ['...', 'a']],
    ['export', undefined],
    ['', undefined],
    ['/a\0b', undefined],
  ])('%s', (path, segments) => {
    expect(segmentsOf(bytes(path))?.map(text)).toEqual(segments);
  });

  it('gives back what was joined', () => {
    const segment = fc.stringMatching(/^[a-z][a-z.]{0,5}$/);
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        expect(segmentsOf(bytes(`/${segments.join('/')}`))?.map(text)).toEqual(segments);
      }),
    );
  });
});

describe('MountList', () => {
  it('is bounded, and forgets by client', () => {
    const list = new MountList(3);
    for (const name of ['a', 'b', 'c', 'd']) list.add('192.0.2.1', bytes(`/${name}`));
    list.add('192.0.2.10', bytes('/a'));
    const directories = (client: string): string[] => list.of(client).map((entry) => text(entry.mlDirectory));
    expect(directories('192.0.2.1')).toEqual(['/c', '/d']);
    expect(directories('192.0.2.10')).toEqual(['/a']);
    list.add('192.0.2.10', bytes('//a/'));
    expect(directories('192.0.2.10')).toEqual(['/a']);
    list.remove('192.0.2.1', bytes('/c/'));
    expect(directories('192.0.2.1')).toEqual(['/d']);
    list.removeAll('192.0.2.1');
    expect(directories('192.0.2.1')).toEqual([]);
    expect(list.of('192.0.2.10').map((entry) => text(entry.mlHostname))).toEqual(['192.0.2.10']);
  });
});

describe('MOUNT', () => {
  const tree: MountTree = {
    exports: () => [{ path: bytes('/export'), groups: [bytes('10.0.0.0/8')] }],
    resolve: (segments) => {
      const path = segments.map(text).join('/');
      return path === 'export' || path === 'export/sub'
        ? { handle: bytes(path) }
        : { refused: Mountstat3.MNT3ERR_NOENT };
    },
  };
  let server: RpcServer;
  let client: RpcClient;
  const mount = (path: string) => client.call(MOUNT_PROGRAM, MOUNT_V3, p.MOUNTPROC3_MNT, bytes(path));

  beforeAll(async () => {
    const observer = {
      fault: (error: unknown) => {
        throw error;
      },
      dropped: () => undefined,
    };
    server = new RpcServer({ programs: [mountProgram(tree)], observer });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const credentials = { flavor: 'sys', machineName: bytes('c'), uid: 0, gid: 0, gids: [] } as const;
    client = await RpcClient.connect({ host: '127.0.0.1', port }, { credentials });
  });
  afterAll(async () => {
    client.close();
    await server.close(100);
  });

  it('mounts exports and directories below them, slashes or not', async () => {
    for (const path of ['/export', '/export/', '//export//sub/']) {
      const found = await mount(path);
      expect(found).toMatchObject({ fhsStatus: Mountstat3.MNT3_OK, mountinfo: { authFlavors: [1] } });
    }
  });

  it('refuses what is not there, or no path', async () => {
    expect(await mount('/other')).toEqual({ fhsStatus: Mountstat3.MNT3ERR_NOENT });
    expect(await mount('/export/../etc')).toEqual({ fhsStatus: Mountstat3.MNT3ERR_INVAL });
    expect(await mount('export')).toEqual({ fhsStatus: Mountstat3.MNT3ERR_INVAL });
    expect(await mount(`/${'a'.repeat(256)}`)).toEqual({ fhsStatus: Mountstat3.MNT3ERR_NAMETOOLONG });
  });

  it('lists exports, and mounts until they are taken off', async () => {
    expect(await client.call(MOUNT_PROGRAM, MOUNT_V3, p.MOUNTPROC3_EXPORT, undefined)).toEqual([
      { exDir: bytes('/export'), exGroups: [{ grName: bytes('10.0.0.0/8') }] },
    ]);
    await client.call(MOUNT_PROGRAM, MOUNT_V3, p.MOUNTPROC3_UMNTALL, undefined);
    await mount('/export');
    await mount('/export/sub');
    await client.call(MOUNT_PROGRAM, MOUNT_V3, p.MOUNTPROC3_UMNT, bytes('/export'));
    expect(await client.call(MOUNT_PROGRAM, MOUNT_V3, p.MOUNTPROC3_DUMP, undefined)).toEqual([
      { mlHostname: bytes('127.0.0.1'), mlDirectory: bytes('/export/sub') },
    ]);
  });

  it('tells a client without AUTH_SYS to come with it', async () => {
    const anonymous = await RpcClient.connect({ host: '127.0.0.1', port: server.address.port });
    await expect(anonymous.call(MOUNT_PROGRAM, MOUNT_V3, p.MOUNTPROC3_MNT, bytes('/export'))).rejects.toThrow(
      '"authStat":5',
    );
    anonymous.close();
  });
});
