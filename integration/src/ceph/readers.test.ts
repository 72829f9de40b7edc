import { randomUUID } from 'node:crypto';
import { mountCephfs, type Mount } from '@polynas/backend-cephfs';
import type { FileId, Volume } from '@polynas/core/spi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const owner = { uid: 5, gid: 6, mode: 0o755 };
const guarded = { kind: 'guarded' } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Only this head changes the volume, but others may look: then the MDS tells our client less of what it did itself, and what is remembered must be right all the same.
 */
describe.skipIf(whyNoCeph() !== undefined)('a volume with writers head that somebody else reads', () => {
  let volume: Volume;
  let reader: Mount;
  let directories: Map<FileId, bigint>;

  beforeAll(async () => {
    const cluster = await TestCluster.shared();
    const { configuration: conf, fileSystem } = cluster;
    const root = `/readers/${randomUUID()}`;
    volume = await openVolume(cluster, { root, writers: 'head' });
    reader = await mountCephfs({ conf, clientName: 'admin', fileSystem, root });
    directories = new Map();
    for (const name of ['d', 'e']) {
      const { attributes } = await volume.mkdir(call, volume.root, bytes(name), owner);
      directories.set(attributes.id, await pointerOf(reader.root, name));
    }
  });

  afterAll(async () => {
    await reader?.unmount();
    await volume?.close();
  });

  async function pointerOf(directory: bigint, name: string): Promise<bigint> {
    const found = await reader.lookup(directory, bytes(name));
    return found?.inode ?? expect.fail(`the reader does not find ${name}`);
  }

  /** The reader holds what it can of both directories and of these files. */
  async function look(files: readonly bigint[]): Promise<void> {
    for (const pointer of directories.values()) {
      const listing = await reader.opendir(pointer);
      await reader.readdirplus(listing, 0n, 100);
      await reader.releasedir(listing);
    }
    for (const pointer of [...directories.values(), ...files]) await reader.getattr(pointer);
  }

  async function expectTrue(step: string, files: ReadonlyMap<FileId, bigint>): Promise<void> {
    for (const [id, pointer] of [...directories, ...files]) {
      const { change, nlink, mode, modified, changed } = await volume.getattr(call, id);
      const statx = await reader.getattr(pointer);
      const truth = { change: statx.version, nlink: statx.nlink, mode: statx.mode & 0o7777 };
      const times = { modified: statx.modified, changed: statx.changed };
      expect({ change, nlink, mode, modified, changed }, step).toEqual({ ...truth, ...times });
    }
  }

  test('everyChange_underAReadersEyes_isRememberedAsItIs', async () => {
    const [d = 0n, e = 0n] = directories.keys();
    for (let round = 0; round < 3; round += 1) {
      const name = (kind: string) => bytes(`${kind}${round}`);
      const files = new Map<FileId, bigint>();
      const step = async (what: string, run: () => Promise<unknown>) => {
        await look([...files.values()]);
        await run();
        await expectTrue(what, files);
      };
      await step('create', () => volume.create(call, d, name('f'), guarded, owner));
      const { id } = (await volume.lookup(call, d, name('f'))) ?? expect.fail('it was made');
      files.set(id, await pointerOf(directories.get(d) ?? 0n, `f${round}`));
      await step('setattr', () => volume.setattr(call, id, { mode: 0o600 }));
      await step('setxattr', () => volume.setxattr(call, id, 'user.x', bytes('v'), 'either'));
      await step('link', () => volume.link(call, id, d, name('l')));
      await step('rename', () => volume.rename(call, d, name('l'), e, name('l')));
      await step('unlink', () => volume.unlink(call, e, name('l')));
      await step('mkdir', () => volume.mkdir(call, d, name('s'), owner));
      await step('rename of a directory', () => volume.rename(call, d, name('s'), e, name('s')));
      await step('rmdir', () => volume.rmdir(call, e, name('s')));
    }
  });
});
