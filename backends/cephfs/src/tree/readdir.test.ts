import type { Cookie, DirectoryEntry, FileId, ListOptions, Volume } from '@polynas/core/spi';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FakeVolume } from '../testing/fake-volume.ts';
import { fakeVolume } from '../testing/fake-volume.ts';
import { nameHash } from './name-hash.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o644 };
const guarded = { kind: 'guarded' } as const;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const textOf = ({ name }: { readonly name: Uint8Array }): string => Buffer.from(name).toString();

/** A volume whose calls to the cluster are counted. */
async function counted(writers: 'head' | 'shared' = 'head') {
  const fake = await fakeVolume(writers);
  onTestFinished(() => fake.volume.close());
  const calls: string[] = [];
  const count = (mount = fake.current()): void => {
    mount.before = (name) => void calls.push(name);
  };
  count();
  fake.onMount(count);
  return { ...fake, calls };
}

async function walk(volume: Volume, directory: FileId, options: ListOptions): Promise<DirectoryEntry[]> {
  const all: DirectoryEntry[] = [];
  for (let cookie: Cookie = 0n; ;) {
    const { entries, end } = await volume.readdir(call, directory, cookie, options);
    expect(entries.length).toBeLessThanOrEqual(options.limit);
    all.push(...entries);
    if (end) return all;
    expect(entries.length).toBeGreaterThan(0);
    cookie = entries.at(-1)!.cookie;
  }
}

async function made(volume: Volume, directory: FileId, name: string): Promise<FileId> {
  return (await volume.create(call, directory, text(name), guarded, owner)).attributes.id;
}

async function directoryWith(volume: Volume, names: readonly string[]): Promise<FileId> {
  const { attributes } = await volume.mkdir(call, volume.root, text('d'), owner);
  for (const name of names) await made(volume, attributes.id, name);
  return attributes.id;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `name-${index}`);
const plain = { limit: 100, attributes: false };

describe('a directory that is listed again', () => {
  test('unchanged_isAnsweredFromMemory', async () => {
    const { volume, calls } = await counted();
    const directory = await directoryWith(volume, names(50));
    const options = { limit: 7, attributes: true };
    const first = await walk(volume, directory, options);
    calls.length = 0;
    expect(await walk(volume, directory, options)).toEqual(first);
    expect(await walk(volume, directory, { ...options, limit: 4096 })).toEqual(first);
    expect(calls).toEqual([]);
    for (const { id, attributes } of first) expect(attributes).toEqual(await volume.getattr(call, id));
  });

  test('afterChangesOfOurs_isStillAnsweredFromMemory', async () => {
    const { volume, calls } = await counted();
    const directory = await directoryWith(volume, names(20));
    await walk(volume, directory, plain);
    await made(volume, directory, 'new');
    await volume.unlink(call, directory, text('name-3'));
    await volume.rename(call, directory, text('name-4'), directory, text('other'));
    await volume.rename(call, directory, text('name-5'), directory, text('name-6'));
    await volume.mkdir(call, directory, text('below'), owner);
    calls.length = 0;
    const gone = ['name-3', 'name-4', 'name-5'];
    const expected = [...names(20).filter((name) => !gone.includes(name)), 'new', 'other', 'below'];
    expect((await walk(volume, directory, plain)).map(textOf).toSorted()).toEqual(expected.toSorted());
    expect(calls).toEqual([]);
  });

  test('unchangedEntries_areTheVerySameObjects', async () => {
    const { volume } = await counted();
    const directory = await directoryWith(volume, names(6));
    for (const options of [
      { limit: 4, attributes: true },
      { limit: 4, attributes: true, xattrs: ['user.a'] },
    ]) {
      await walk(volume, directory, options);
      const first = await walk(volume, directory, options);
      // Names for xattrs may lie in an array that the caller uses again.
      const again = await walk(volume, directory, { ...options, ...('xattrs' in options && { xattrs: ['user.a'] }) });
      expect(again.every((entry, index) => entry === first[index])).toBe(true);
    }
    const asked = ['user.a'];
    const one = { limit: 10, attributes: true, xattrs: asked };
    const file = (await volume.lookup(call, directory, text('name-3')))!.id;
    await volume.setxattr(call, file, 'user.b', text('b'), 'either');
    await walk(volume, directory, one);
    asked[0] = 'user.b';
    const shown = (await walk(volume, directory, one)).find(({ id }) => id === file);
    expect(shown?.xattrs).toEqual(new Map([['user.b', text('b')]]));
  });

  test('changedEntries_areShownAsTheyAre', async () => {
    const { volume } = await counted();
    const directory = await directoryWith(volume, names(6));
    const idOf = async (name: string): Promise<FileId> => (await volume.lookup(call, directory, text(name)))!.id;
    const changed = await idOf('name-1');
    const written = await volume.open(call, await idOf('name-2'), 'write');
    const changes: readonly (() => Promise<unknown>)[] = [
      () => volume.setattr(call, changed, { mode: 0o600 }),
      () => written.write(call, 0, [text('bytes')], 'unstable'),
      () => volume.setxattr(call, changed, 'user.a', text('1'), 'either'),
      () => volume.removexattr(call, changed, 'user.a'),
      () => volume.link(call, changed, volume.root, text('another')),
      () => volume.unlink(call, directory, text('name-3')),
      () => made(volume, directory, 'name-3'),
      () => volume.rename(call, directory, text('name-4'), directory, text('name-5')),
    ];
    for (const change of changes) {
      const options = { limit: 4, attributes: true, xattrs: ['user.a'] };
      await walk(volume, directory, options);
      await change();
      for (const { name, id, attributes, xattrs } of await walk(volume, directory, options)) {
        expect(id).toBe(await idOf(Buffer.from(name).toString()));
        expect(attributes).toEqual(await volume.getattr(call, id));
        expect(xattrs?.get('user.a')).toEqual(await volume.getxattr(call, id, 'user.a'));
      }
    }
    await written.close();
  });

  test('xattrsThatWereAskedFor_areRememberedUntilTheyChange', async () => {
    const { volume, calls } = await counted();
    const directory = await directoryWith(volume, names(5));
    const options = { limit: 3, attributes: true, xattrs: ['user.a', 'user.b'] };
    const file = (await volume.lookup(call, directory, text('name-2')))!;
    await volume.setxattr(call, file.id, 'user.a', text('1'), 'either');
    const first = await walk(volume, directory, options);
    calls.length = 0;
    expect(await walk(volume, directory, options)).toEqual(first);
    expect(calls).toEqual([]);
    await volume.setxattr(call, file.id, 'user.b', text('2'), 'either');
    calls.length = 0;
    const again = (await walk(volume, directory, options)).find((entry) => textOf(entry) === 'name-2');
    expect(again?.xattrs).toEqual(
      new Map([
        ['user.a', text('1')],
        ['user.b', text('2')],
      ]),
    );
    expect(again?.attributes).toEqual(await volume.getattr(call, file.id));
    expect(calls).not.toContain('readdirplus');
  });

  test('xattrsThatWereReadBeforeAChange_doNotTakeThePlaceOfWhatIsKnownSince', async () => {
    const fake = await counted();
    const { volume, calls } = fake;
    const directory = await directoryWith(volume, names(3));
    const { id } = (await volume.lookup(call, directory, text('name-1')))!;
    await volume.setxattr(call, id, 'user.a', text('old'), 'either');
    const mount = fake.current();
    mount.after = async (called) => {
      if (called !== 'readdirplus') return;
      mount.after = () => undefined;
      await volume.setxattr(call, id, 'user.a', text('new'), 'either');
      expect(await volume.getxattr(call, id, 'user.a')).toEqual(text('new'));
      calls.length = 0;
    };
    await walk(volume, directory, { limit: 5, attributes: true, xattrs: ['user.a'] });
    expect(await volume.getxattr(call, id, 'user.a')).toEqual(text('new'));
    // Of the directory, for the number of its entries.
    expect(calls.filter((called) => called === 'getxattr')).toHaveLength(1);
  });

  test('changedWithoutOurKnowing_isReadAgainWhenItsCounterTells', async () => {
    const { volume, cluster, calls } = await counted();
    const directory = await directoryWith(volume, names(5));
    await walk(volume, directory, plain);
    const inode = cluster.inodes.get(directory)!;
    inode.entries.delete('name-1');
    cluster.touch(inode, true);
    // Makes the volume ask for the directory's attributes.
    await volume.setattr(call, directory, { mode: 0o700 });
    calls.length = 0;
    expect(await walk(volume, directory, plain)).toHaveLength(4);
    expect(calls).toContain('readdirplus');
  });

  test('aNameThatLibcephfsLeavesOut_isNotForgottenForGood', async () => {
    const { volume, current } = await counted();
    const directory = await directoryWith(volume, names(5));
    current().leftOut.add((await volume.lookup(call, directory, text('name-2')))!.id);
    expect(await walk(volume, directory, plain)).toHaveLength(4);
    current().leftOut.clear();
    expect(await walk(volume, directory, plain)).toHaveLength(5);
  });

  test('aNameThatALookUpTellsOtherwise_voidsIt', async () => {
    const { volume, cluster } = await counted();
    const directory = await directoryWith(volume, names(5));
    await walk(volume, directory, plain);
    cluster.inodes.get(directory)!.entries.set('unheard', cluster.make(0o100_644, 0, 0, {}).ino);
    expect(await walk(volume, directory, plain)).toHaveLength(5);
    expect(await volume.lookup(call, directory, text('unheard'))).toBeDefined();
    expect(await walk(volume, directory, plain)).toHaveLength(6);
  });

  test('afterAnEviction_isReadAgain', async () => {
    const { volume, current, calls } = await counted();
    const directory = await directoryWith(volume, names(5));
    await walk(volume, directory, plain);
    current().evict();
    await volume.unlink(call, directory, text('name-0')).catch(() => undefined);
    calls.length = 0;
    await walk(volume, directory, plain);
    expect(calls).toContain('readdirplus');
  });

  test('changedByOthersToo_isAlwaysRead', async () => {
    const { volume, calls } = await counted('shared');
    const directory = await directoryWith(volume, names(5));
    for (let round = 0; round < 2; round += 1) {
      calls.length = 0;
      expect(await walk(volume, directory, plain)).toHaveLength(5);
      expect(calls).toContain('readdirplus');
    }
  });

  test('listedByAnotherHash_isRightAndReadAgainAfterANewName', async () => {
    const { volume, cluster, calls } = await counted();
    cluster.hash = (name) => name.reduce((sum, byte) => sum + byte, 0);
    const directory = await directoryWith(volume, names(30));
    await walk(volume, directory, plain);
    calls.length = 0;
    expect(await walk(volume, directory, plain)).toHaveLength(30);
    expect(calls).toEqual([]);
    await made(volume, directory, 'new');
    expect((await walk(volume, directory, plain)).map(textOf)).toContain('new');
  });
});

/** Names of which some share a hash of 24 bits. */
const pool = ((): string[] => {
  const byHash = new Map<number, string>();
  const pairs: string[] = [];
  for (let index = 0; pairs.length < 12; index += 1) {
    const name = `n${index}`;
    const other = byHash.get(nameHash(text(name)));
    if (other !== undefined) pairs.push(name, other);
    byHash.set(nameHash(text(name)), name);
  }
  return [...pairs, ...names(28)];
})();

const steps = [
  'create',
  'create',
  'create',
  'mkdir',
  'unlink',
  'unlink',
  'rmdir',
  'rename',
  'renameAcross',
  'link',
  'publish',
  'replace',
  'chmod',
  'chmodDirectory',
  'setxattr',
  'write',
  'evict',
  'fail',
  'walk',
  'walk',
] as const;
const step = fc.record({
  kind: fc.constantFrom(...steps),
  side: fc.nat(1),
  name: fc.constantFrom(...pool),
  other: fc.constantFrom(...pool),
  limit: fc.constantFrom(1, 2, 3, 5, 8, 4096),
  ask: fc.constantFrom<Partial<ListOptions>>({ attributes: false }, { attributes: true }, { xattrs: ['user.x'] }),
});
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

describe('listings during changes', () => {
  test('areWhatTheClusterHas_howeverManyChangesRunAtOnce', async () => {
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 40, size: 'max' });
    await fc.assert(fc.asyncProperty(batches, play), { numRuns: 150 });
  }, 60_000);
});

async function play(batches: readonly (readonly Step[])[]): Promise<void> {
  const fake = await fakeVolume();
  try {
    const directories: FileId[] = [];
    for (const name of ['a', 'b', 'aside']) {
      directories.push((await fake.volume.mkdir(call, fake.volume.root, text(name), owner)).attributes.id);
    }
    for (const name of pool.slice(0, 20)) await made(fake.volume, directories[0]!, name);
    for (const batch of batches) {
      const touched = new Set(batch.filter(({ kind }) => kind !== 'walk').flatMap(({ name, other }) => [name, other]));
      await Promise.all(batch.map((one, index) => play1(fake, directories, one, index, touched)));
      for (const [index, directory] of directories.entries())
        await expectTrue(fake, directory, batch[index % batch.length]!);
    }
  } finally {
    await fake.volume.close();
  }
}

async function play1(
  fake: FakeVolume,
  directories: readonly FileId[],
  one: Step,
  index: number,
  touched: ReadonlySet<string>,
): Promise<void> {
  const { volume, cluster } = fake;
  const at = directories[one.side]!;
  const across = directories[1 - one.side]!;
  const [name, other] = [text(one.name), text(one.other)];
  const aside = directories[2]!;
  const fileAt = async (): Promise<FileId> => (await volume.lookup(call, at, name))?.id ?? directories[2]!;
  const run = async (): Promise<unknown> => {
    switch (one.kind) {
      case 'create':
        return await volume.create(call, at, name, guarded, owner);
      case 'mkdir':
        return await volume.mkdir(call, at, name, owner);
      case 'unlink':
        return await volume.unlink(call, at, name);
      case 'rmdir':
        return await volume.rmdir(call, at, name);
      case 'rename':
        return await volume.rename(call, at, name, at, other);
      case 'renameAcross':
        return await volume.rename(call, at, name, across, other);
      case 'link':
        return await volume.link(call, await fileAt(), across, other);
      case 'publish': {
        const place = { directory: one.limit === 1 ? at : aside, name: text(`tmp${index}`) };
        return await volume.publish?.(call, at, name, owner, [text('content')], { aside: place });
      }
      case 'replace':
        await volume.create(call, aside, text(`new${index}`), guarded, owner);
        return await volume.replace(call, aside, text(`new${index}`), at, name);
      case 'chmod':
        return await volume.setattr(call, await fileAt(), { mode: 0o600 });
      case 'chmodDirectory':
        return await volume.setattr(call, at, { mode: 0o700 });
      case 'setxattr':
        return await volume.setxattr(call, await fileAt(), 'user.x', other, 'either');
      case 'write': {
        const handle = await volume.open(call, await fileAt(), 'write');
        await handle.write(call, 0, [other], 'unstable');
        return await handle.close();
      }
      case 'evict':
        return one.limit === 1 ? fake.current().evict() : undefined;
      case 'fail': {
        // The next call of its kind is refused, and nothing done.
        const mount = fake.current();
        const kind = (['mknod', 'unlink', 'rename', 'readdir', 'readdirplus', 'setxattr'] as const)[one.limit % 6];
        mount.before = (asked) => {
          if (asked !== kind) return;
          mount.before = () => undefined;
          throw new Error('refused');
        };
        return undefined;
      }
      case 'walk': {
        // Temporary ones come and go, and stay where their end is refused.
        const still = (each: string): boolean => !touched.has(each) && !each.startsWith('tmp');
        const before = [...cluster.inodes.get(at)!.entries.keys()].filter(still);
        const seen = (await walk(volume, at, { limit: one.limit, attributes: false, ...one.ask })).map(textOf);
        expect(seen.filter(still).toSorted()).toEqual(before.toSorted());
        expect(new Set(seen).size).toBe(seen.length);
        return undefined;
      }
    }
  };
  await run().catch((error: unknown) => {
    if (error instanceof Error && error.name === 'AssertionError') throw error;
  });
}

async function expectTrue({ volume, cluster }: FakeVolume, directory: FileId, { limit, ask }: Step): Promise<void> {
  const listed = async (): Promise<DirectoryEntry[]> =>
    await walk(volume, directory, { limit, attributes: false, ...ask }).catch(() =>
      walk(volume, directory, { limit, attributes: false, ...ask }),
    );
  const found = await listed();
  const { entries } = cluster.inodes.get(directory)!;
  expect(new Map(found.map((entry) => [textOf(entry), entry.id]))).toEqual(entries);
  expect(found).toHaveLength(entries.size);
  for (const { id, attributes, xattrs } of found) {
    const inode = cluster.inodes.get(id)!;
    if (attributes !== undefined)
      expect([attributes.mode, attributes.nlink]).toEqual([inode.mode & 0o7777, inode.nlink]);
    if (xattrs !== undefined) expect(xattrs.get('user.x')).toEqual(inode.xattrs.get('user.x'));
  }
}
