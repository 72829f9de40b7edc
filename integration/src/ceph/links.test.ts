import { randomUUID } from 'node:crypto';
import type { CephOptions } from '@polynas/backend-cephfs';
import type { FileId, Volume } from '@polynas/core/spi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const owner = { uid: 5, gid: 6, mode: 0o755 };
const guarded = { kind: 'guarded' } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const kinds: readonly Pick<CephOptions, 'writers' | 'mounts'>[] = [
  { writers: 'head', mounts: 1 },
  { writers: 'head', mounts: 2 },
  { writers: 'shared', mounts: 1 },
];

/** Where a file has the names a and b in one directory, c in another. */
interface Linked {
  readonly d: FileId;
  readonly e: FileId;
  readonly id: FileId;
}

/**
 * libcephfs forgets what other names a file has when a rename takes one of them over (`backends/cephfs/src/tree/take-over.ts`). Directories are listed before, so that
 * it believes that it knows them.
 */
describe.skipIf(whyNoCeph() !== undefined).each(kinds)('links, writers $writers, mounts $mounts', (kind) => {
  const root = `/links/${randomUUID()}`;
  let cluster: TestCluster;
  let volume: Volume;

  beforeAll(async () => {
    cluster = await TestCluster.shared();
    volume = await openVolume(cluster, { root, ...kind });
  });

  afterAll(async () => {
    await volume.close();
  });

  const ways = {
    unlink: ({ d }: Linked, name: Uint8Array) => volume.unlink(call, d, name),
    rename: ({ d }: Linked, name: Uint8Array) => volume.rename(call, d, bytes('x'), d, name),
    'rename from another directory': ({ d, e }: Linked, name: Uint8Array) =>
      volume.rename(call, e, bytes('y'), d, name),
    replace: ({ d }: Linked, name: Uint8Array) => volume.replace?.(call, d, bytes('x'), d, name),
    publish: async ({ d, e }: Linked, name: Uint8Array) => {
      const aside = { directory: e, name: bytes('aside') };
      await volume.publish?.(call, d, name, { uid: 5, gid: 6, mode: 0o644 }, [bytes('new')], { aside });
    },
  };

  async function linked(): Promise<Linked> {
    const make = async (name: string) => (await volume.mkdir(call, volume.root, bytes(name), owner)).attributes.id;
    const [d, e] = [await make(randomUUID()), await make(randomUUID())];
    const { id } = (await volume.create(call, d, bytes('a'), guarded, owner)).attributes;
    await volume.link(call, id, d, bytes('b'));
    await volume.link(call, id, e, bytes('c'));
    await volume.create(call, d, bytes('x'), guarded, owner);
    await volume.create(call, e, bytes('y'), guarded, owner);
    return { d, e, id };
  }

  async function expectFound({ d, e, id }: Linked, left: readonly string[], when: string): Promise<void> {
    for (const [directory, names] of [
      [d, ['a', 'b']],
      [e, ['c']],
    ] as const) {
      const { entries } = await volume.readdir(call, directory, 0n, { limit: 100, attributes: true });
      const here = entries.filter((entry) => entry.id === id).map(({ name }) => Buffer.from(name).toString());
      expect(here.toSorted(), when).toEqual(names.filter((name) => left.includes(name)));
      for (const { attributes } of entries.filter((entry) => entry.id === id)) {
        expect(attributes?.nlink, when).toBe(left.length);
      }
      for (const name of names) {
        const found = (await volume.lookup(call, directory, bytes(name)))?.id === id;
        expect(found, `${when}: look-up of ${name}`).toBe(left.includes(name));
      }
    }
    expect((await volume.getattr(call, id)).nlink, when).toBe(left.length);
  }

  test.each(Object.entries(ways))('%s of one of several names: the others are listed and found', async (way, take) => {
    for (const taken of ['a', 'b']) {
      const files = await linked();
      const left = ['a', 'b', 'c'].filter((name) => name !== taken);
      const handle = await volume.open(call, files.id, 'write');
      await handle.write(call, 0, [bytes('kept')], 'unstable');
      // Listed as they stand twice: then libcephfs answers from its memory.
      for (const when of ['first', 'before']) await expectFound(files, ['a', 'b', 'c'], when);
      await take(files, bytes(taken));
      for (const when of ['at once', 'again', 'once more'])
        await expectFound(files, left, `${way} of ${taken}, ${when}`);
      expect(Buffer.from((await handle.read(call, 0, 10)).bytes).toString()).toBe('kept');
      await handle.close();
      const second = await volume.open(call, files.id, 'read');
      expect(Buffer.from((await second.read(call, 0, 10)).bytes).toString()).toBe('kept');
      await second.close();
    }
  });

  test('names that go one after another, as a backup tool replaces them: what is left is found each time', async () => {
    const files = await linked();
    await expectFound(files, ['a', 'b', 'c'], 'before');
    await volume.rename(call, files.d, bytes('x'), files.d, bytes('a'));
    await expectFound(files, ['b', 'c'], 'after a');
    await volume.link(call, files.id, files.d, bytes('x'));
    await volume.rename(call, files.e, bytes('y'), files.d, bytes('b'));
    const { id, nlink } = (await volume.lookup(call, files.d, bytes('x'))) ?? expect.fail('x is there');
    expect([id, nlink]).toEqual([files.id, 2]);
    await volume.rename(call, files.d, bytes('a'), files.d, bytes('x'));
    await expectFound(files, ['c'], 'after x');
    const { replaced } = await volume.rename(call, files.d, bytes('b'), files.e, bytes('c'));
    expect(replaced?.nlink).toBe(0);
  });

  test('after an eviction of all clients of the head, the one that takes names over is there again', async () => {
    const before = await linked();
    await volume.rename(call, before.d, bytes('x'), before.d, bytes('a'));
    const sessions = await cluster.sessions();
    const ours = sessions.filter(({ client_metadata: { root: of } }) => of === root);
    expect(ours).toHaveLength((kind.mounts ?? 1) + 1);
    await cluster.evict(ours);
    const files = await linked();
    await volume.rename(call, files.d, bytes('x'), files.d, bytes('a'));
    await expectFound(files, ['b', 'c'], 'after');
  }, 30_000);
});
