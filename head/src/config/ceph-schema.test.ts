import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadSettings } from './settings.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polynas-ceph-settings-'));
});

async function volumes(yaml: string, environment: Record<string, string> = {}) {
  await writeFile(join(directory, 'polynas.yaml'), `volumes:\n  - ${yaml}\n`);
  return (await loadSettings({ cwd: directory, environment })).volumes;
}

describe('a volume on CephFS', () => {
  it('is described by a ceph.conf and a keyring, relative to the file', async () => {
    const text =
      '{ name: main, backend: cephfs, ceph: { conf: ceph.conf, keyring: keys/nas, client: client.nas, root: /nas } }';
    expect(await volumes(text)).toEqual([
      {
        name: 'main',
        backend: 'cephfs',
        ceph: {
          conf: join(directory, 'ceph.conf'),
          keyring: join(directory, 'keys/nas'),
          client: 'nas',
          root: '/nas',
          writers: 'head',
        },
      },
    ]);
  });

  it('is described by monitors and a key from the environment', async () => {
    const ceph =
      "{ monitors: ['10.0.0.1:6789', 'v2:10.0.0.2:3300'], keyEnv: NAS_KEY, fileSystem: nas, mounts: 2, writers: shared }";
    const [volume] = await volumes(`{ name: main, backend: cephfs, ceph: ${ceph} }`, { NAS_KEY: 'AQBwaQ==' });
    expect(volume).toMatchObject({
      ceph: {
        monitors: ['10.0.0.1:6789', 'v2:10.0.0.2:3300'],
        key: 'AQBwaQ==',
        client: 'admin',
        fileSystem: 'nas',
        root: '/',
        mounts: 2,
        writers: 'shared',
      },
    });
  });

  it('needs nothing where the library finds its configuration by itself', async () => {
    const [volume] = await volumes('{ name: main, backend: cephfs }');
    expect(volume).toMatchObject({ ceph: { client: 'admin', root: '/', writers: 'head' } });
  });

  it.each([
    ['{ name: main, backend: local, ceph: { root: / } }', /a local volume is not on Ceph/],
    ['{ name: main, backend: cephfs, directory: /x }', /a cephfs volume has no directory/],
    ['{ name: main, backend: cephfs, ceph: { conf: a, monitors: [10.0.0.1] } }', /given besides conf/],
    ['{ name: main, backend: cephfs, ceph: { monitors: [10.0.0.1] } }', /needs one of keyring, key, keyFile, keyEnv/],
    ['{ name: main, backend: cephfs, ceph: { keyring: a, keyFile: b } }', /one of keyring, key, keyFile, keyEnv/],
    ['{ name: main, backend: cephfs, ceph: { root: relative } }', /expected an absolute path/],
    ['{ name: main, backend: cephfs, ceph: { root: /a/../b } }', /expected an absolute path/],
    [
      '{ name: main, backend: cephfs, ceph: { monitors: ["not an address"], key: 12345678 } }',
      /expected the address of a monitor/,
    ],
    ['{ name: main, backend: cephfs, ceph: { mounts: 0 } }', /mounts/],
  ])('is refused as %s', async (text, message) => {
    await expect(volumes(text)).rejects.toThrow(message);
  });
});
