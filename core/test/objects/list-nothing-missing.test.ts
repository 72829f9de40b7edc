import { describe, expect, it } from 'vitest';
import { isBare } from '../flavour.ts';
import { compareKeys } from '../../src/namespace/keys.ts';
import type { DirectoryPage, Volume } from '../../src/spi/index.ts';
import { aroundCalls, changedCalls, nothingAtHand } from '../changed-calls.ts';
import { mode, root, text } from '../world.ts';
import { bodyOf, codeOf, keysOf, makeObjectWorld, plain, s3 } from './object-world.ts';

/** No key is left out without a word: each place where one could be, one by one. */

type Listing = Pick<Volume, 'listByName' | 'readdir'>;

/** A volume whose listings a test changes. */
function listingBy(volume: Volume, change: (page: DirectoryPage, method: keyof Listing) => unknown): Volume {
  return aroundCalls(changedCalls(volume, nothingAtHand), (name, _given, go) => {
    if (name !== 'listByName' && name !== 'readdir') return go();
    return (go() as Promise<DirectoryPage>).then(async (page) => (await change(page, name)) ?? page);
  });
}

const all = { prefix: '', delimiter: '', after: '', limit: 1000 };

describe.skipIf(isBare())('what a volume must not do is an error of the listing', () => {
  const listWith = async (change: (page: DirectoryPage) => DirectoryPage): Promise<string> => {
    const world = await makeObjectWorld({ wrap: (volume) => listingBy(volume, change) });
    for (const key of ['a', 'b', 'c']) await world.objects.put(s3, 1, key, bodyOf(key), plain);
    return codeOf(world.objects.list(s3, 1, all));
  };

  it('an entry without the attributes that were asked for', async () => {
    const code = await listWith((page) => ({
      ...page,
      entries: page.entries.map((entry, index) => {
        const { attributes: _attributes, ...rest } = entry;
        return index === 1 ? rest : entry;
      }),
    }));
    expect(code).toBe('corrupt');
  });

  it('names out of order', async () => {
    expect(await listWith((page) => ({ ...page, entries: page.entries.toReversed() }))).toBe('corrupt');
  });

  it('a name twice', async () => {
    expect(await listWith((page) => ({ ...page, entries: page.entries.flatMap((entry) => [entry, entry]) }))).toBe(
      'corrupt',
    );
  });

  it('nothing, and that more follows', async () => {
    expect(await listWith(() => ({ entries: [], end: false }))).toBe('corrupt');
  });
});

describe.each([
  ['names in order', {}],
  ['no order of names', { orderedListing: false }],
] as const)('a folder beside a file with the same beginning: %s', (_name, traits) => {
  const files = ['Schema.d.ts', 'Schema.js', 'core.ts', 'json-schema.d.ts', 'json.d.ts', 'json0', 'tags.js'];
  const folders = ['common', 'core', 'json', 'json-', 'yaml-1.1'];

  it('is listed once from wherever a page begins, for every size of page, with and without delimiter', async () => {
    const world = await makeObjectWorld({ traits });
    const { files: tree, top, objects } = world;
    const keys: string[] = [];
    for (const name of folders) {
      const made = await tree.mkdir(root, top, text(name), mode(0o755));
      const folder = { share: 1, id: made.attributes.id };
      await tree.create(root, folder, text('set.js'), { kind: 'guarded' }, mode(0o644));
      keys.push(`${name}/`, `${name}/set.js`);
    }
    for (const name of files) {
      await tree.create(root, top, text(name), { kind: 'guarded' }, mode(0o644));
      keys.push(name);
    }
    keys.sort((a, b) => compareKeys(a, b));
    const rolled = keys.filter((key) => !key.endsWith('/set.js'));
    for (const [delimiter, wanted] of [
      ['', keys],
      ['/', rolled],
    ] as const) {
      for (let limit = 1; limit <= wanted.length; limit += 1) {
        for (const start of ['', ...wanted]) {
          const found: string[] = [];
          for (let after: string | undefined = start; after !== undefined;) {
            const page: Awaited<ReturnType<typeof objects.list>> = await objects.list(s3, 1, {
              ...all,
              delimiter,
              after,
              limit,
            });
            found.push(...page.items.map((item) => (item.kind === 'object' ? item.object.key : item.prefix)));
            after = page.next;
          }
          expect(found).toEqual(wanted.filter((key) => compareKeys(key, start) > 0));
        }
      }
    }
  });
});

describe('what takes a name over while it is listed', () => {
  it('an object that is put anew where the volume has no order of names', async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const world = await makeObjectWorld({
      traits: { orderedListing: false, replace: 'rename' },
      wrap: (volume) =>
        listingBy(volume, async () => {
          const act = meanwhile;
          meanwhile = undefined;
          await act?.();
        }),
    });
    const { objects } = world;
    for (const key of ['a', 'b', 'c']) await objects.put(s3, 1, key, bodyOf(key), plain);
    meanwhile = () => objects.put(s3, 1, 'b', bodyOf('new'), plain);
    expect(await keysOf(objects)).toEqual(['a', 'b', 'c']);
    expect(meanwhile).toBeUndefined();
  });

  it('a folder that waits for its turn behind files with the same beginning', async () => {
    let pages = 0;
    const meanwhile = async (): Promise<void> => {
      await world.files.mkdir(root, world.top, text('new'), mode(0o755));
      await world.files.rename(root, world.top, text('new'), world.top, text('a'));
    };
    const world = await makeObjectWorld({
      wrap: (volume) =>
        listingBy(volume, async () => {
          pages += 1;
          if (pages === 2) await meanwhile();
        }),
    });
    const { files, objects, top } = world;
    await files.mkdir(root, top, text('a'), mode(0o755));
    for (let index = 0; index < 100; index += 1) {
      await files.create(root, top, text(`a.${index}`), { kind: 'guarded' }, mode(0o644));
    }
    const found = await keysOf(objects);
    expect(pages).toBeGreaterThanOrEqual(2);
    expect(found).toContain('a/');
  });

  it.skipIf(isBare())('a key whose file has an alternate name, by a file that gets the plain one', async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const world = await makeObjectWorld({
      wrap: (volume) =>
        listingBy(volume, async () => {
          const act = meanwhile;
          meanwhile = undefined;
          await act?.();
        }),
    });
    const { files, objects, top } = world;
    await files.create(root, top, text('%%oa'), { kind: 'guarded' }, mode(0o644));
    expect(await keysOf(objects)).toEqual(['a']);
    meanwhile = () => files.create(root, top, text('a'), { kind: 'guarded' }, mode(0o644));
    expect(await keysOf(objects)).toContain('a');
    expect(await keysOf(objects)).toEqual(['%%oa', 'a']);
  });

  it('a file that steps aside and comes back again and again, between any two pages of the volume', async () => {
    let moving = false;
    let there = false;
    const running = new Set<Promise<unknown>>();
    const world = await makeObjectWorld({
      wrap: (volume) =>
        listingBy(volume, async (_page, method) => {
          if (!moving || method !== 'listByName') return;
          there = !there;
          const step = there ? world.objects.put(s3, 1, 'a/b', bodyOf('b'), plain) : world.objects.delete(s3, 1, 'a/b');
          const work: Promise<unknown> = step.finally(() => running.delete(work));
          running.add(work);
          // Until it is done, or waits for the listing.
          for (let turn = 0; turn < 50 && running.has(work); turn += 1) await new Promise(setImmediate);
        }),
    });
    const { objects } = world;
    await objects.put(s3, 1, 'a', bodyOf('a'), plain);
    for (let index = 0; index < 50; index += 1) await objects.put(s3, 1, `%%${index}`, bodyOf(''), plain);
    moving = true;
    for (let time = 0; time < 20; time += 1) expect(await keysOf(objects)).toContain('a');
    moving = false;
    await Promise.all(running);
    expect((await keysOf(objects)).filter((key) => key.startsWith('a'))).toContain('a');
  });
});
