import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileId, Volume } from '../src/spi/index.ts';
import { stampOf } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { NameLists } from '../src/objects/list/name-lists.ts';
import { SortedNames } from '../src/objects/list/sorted-names.ts';
import { aroundCalls } from './changed-calls.ts';
import { bodyOf, codeOf, keysOf, makeObjectWorld, plain, s3 } from './objects/object-world.ts';
import { cephFlavour } from './flavour.ts';
import { makeWorld, mode, nameOf, root, text } from './world.ts';

const smb = caller(0, { door: 'smb', stateless: false, foldNames: true });
const turn = () => new Promise(setImmediate);

/**
 * A volume that is asked over a network: what it says of a directory around a change is of before and after, with the changes of others in between, and it does not know
 * of them. Counts the pages that are read.
 */
function remote(volume: Volume, count = { pages: 0 }, waits: () => number = () => 1): Volume {
  const around = async (directory: FileId, work: () => Promise<object>): Promise<object> => {
    const before = stampOf(await volume.getattr({}, directory));
    for (let left = waits(); left > 0; left -= 1) await turn();
    const result = await work();
    for (let left = waits(); left > 0; left -= 1) await turn();
    const after = await volume.getattr({}, directory);
    const change = { before, after, atomic: false };
    return 'from' in result ? { ...result, from: change, to: change } : { ...result, directory: change };
  };
  const changing = new Set(['create', 'mkdir', 'symlink', 'unlink', 'rmdir', 'rename', 'replace']);
  return aroundCalls(volume, (name, given, go) => {
    if (changing.has(name)) {
      // Of a rename and a replacement, the directory that the name comes to: the tests rename within one.
      const at = name === 'rename' || name === 'replace' ? 3 : 1;
      return around(given[at] as FileId, go as () => Promise<object>);
    }
    if (name !== 'readdir') return go();
    count.pages += 1;
    return turn().then(go);
  });
}

describe('indexes of directories on a volume over a network', () => {
  it('of 100,000 names are read once, and follow 1,000 creations, in order and in any case', async () => {
    const count = { pages: 0 };
    const world = await makeObjectWorld({ ...cephFlavour, wrap: (volume) => remote(volume, count) });
    const { objects, files } = world;
    const directory = await world.directory('d');
    const file = { uid: 0, gid: 0, mode: 0o644 };
    for (let index = 0; index < 100_000; index += 1) {
      const name = text(`File ${index.toString().padStart(6, '0')}`);
      await world.inner.create({}, directory.id, name, { kind: 'guarded' }, file);
    }
    const first = async (after: string): Promise<string> => {
      const page = await objects.list(s3, 1, { prefix: 'd/', delimiter: '', after, limit: 1 });
      return page.items[0]?.kind === 'object' ? page.items[0].object.key : '';
    };
    expect(await first('d/File 05')).toBe('d/File 050000');
    expect(nameOf((await files.lookup(smb, directory, text('FILE 099999'))).name!)).toBe('File 099999');
    const read = count.pages;
    expect(read).toBeLessThan(220);
    for (let index = 0; index < 1000; index += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, more) => {
          const name = `New ${(index + more).toString().padStart(4, '0')}`;
          if (more % 2 === 0) return files.create(smb, directory, text(name), { kind: 'guarded' }, mode(0o644));
          return objects.put(s3, 1, `d/${name}`, bodyOf('x'), plain);
        }),
      );
      const last = `New ${(index + 9).toString().padStart(4, '0')}`;
      expect(await first(`d/New ${(index + 8).toString().padStart(4, '0')}`)).toBe(`d/${last}`);
      const { name } = await files.lookup(smb, directory, text(last.toUpperCase()));
      expect(nameOf(name!)).toBe(last);
    }
    expect(count.pages).toBe(read);
  });

  it.each([
    ['this head alone changes', {}],
    ['others change, too', { writers: 'shared' as const }],
  ])('that %s never miss a name, whatever comes at once', async (_what, traits) => {
    const names = ['a', 'A', 'b', 'B', 'c'];
    const step = fc.record({
      what: fc.constantFrom('create', 'remove', 'rename', 'look', 'list', 'put', 'delete'),
      name: fc.constantFrom(...names),
      to: fc.constantFrom(...names),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 12 }),
        fc.infiniteStream(fc.nat(3)),
        async (rounds, waits) => {
          const world = await makeObjectWorld({
            ...cephFlavour,
            traits: { ...cephFlavour.traits, ...traits },
            wrap: (volume) => remote(volume, undefined, () => waits.next().value),
          });
          const { objects, files } = world;
          const directory = await world.directory('d');
          const act = async ({ what, name, to }: { what: string; name: string; to: string }): Promise<unknown> => {
            switch (what) {
              case 'create':
                return codeOf(files.create(root, directory, text(name), { kind: 'guarded' }, mode(0o644)));
              case 'remove':
                return codeOf(files.remove(root, directory, text(name)));
              case 'rename':
                return codeOf(files.rename(root, directory, text(name), directory, text(to)));
              case 'put':
                return codeOf(objects.put(s3, 1, `d/${name}`, bodyOf(to), plain));
              case 'delete':
                return codeOf(objects.delete(s3, 1, `d/${name}`));
              case 'look':
                return files.lookup(smb, directory, text(name));
              default:
                return keysOf(objects, s3, 'd/');
            }
          };
          for (const round of rounds) {
            await Promise.all(round.map(act));
            const { entries } = await world.inner.readdir({}, directory.id, 0n, { limit: 100, attributes: false });
            const there = entries.map((entry) => Buffer.from(entry.name).toString()).sort();
            expect((await keysOf(objects, s3, 'd/')).filter((key) => key !== 'd/')).toEqual(
              there.map((name) => `d/${name}`),
            );
            for (const name of names) {
              const { attributes } = await files.lookup(smb, directory, text(name));
              const folds = there.some((other) => other.toLowerCase() === name.toLowerCase());
              expect(attributes !== undefined).toBe(folds);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cost a listing of many keys few calls', async () => {
    const calls = new Map<string, number>();
    const world = await makeObjectWorld({
      ...cephFlavour,
      wrap: (volume) =>
        aroundCalls(volume, (name, _given, go) => {
          calls.set(name, (calls.get(name) ?? 0) + 1);
          return go();
        }),
    });
    const { objects } = world;
    for (let index = 0; index < 1000; index += 1) await objects.put(s3, 1, `d/k${index}`, bodyOf('x'), plain);
    await objects.list(s3, 1, { prefix: 'd/', delimiter: '', after: '', limit: 1000 });
    calls.clear();
    const { items } = await objects.list(s3, 1, { prefix: 'd/', delimiter: '', after: '', limit: 1000 });
    expect(items).toHaveLength(1000);
    expect(items.at(-1)).toMatchObject({ object: { metadata: plain } });
    expect([...calls.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(110);
  });

  it('see what others change on a volume that they share', async () => {
    const world = await makeObjectWorld({
      ...cephFlavour,
      traits: { ...cephFlavour.traits, writers: 'shared' },
      wrap: (volume) => remote(volume),
    });
    const { objects, files } = world;
    const directory = await world.directory('d');
    const file = { uid: 0, gid: 0, mode: 0o644 };
    await objects.put(s3, 1, 'd/a', bodyOf('x'), plain);
    expect(await keysOf(objects, s3, 'd/')).toEqual(['d/', 'd/a']);
    for (const name of ['B', 'C']) {
      await world.inner.create({}, directory.id, text(name), { kind: 'guarded' }, file);
      await objects.put(s3, 1, `d/after ${name}`, bodyOf('x'), plain);
      expect(nameOf((await files.lookup(smb, directory, text(name.toLowerCase()))).name!)).toBe(name);
      expect(await keysOf(objects, s3, 'd/')).toContain(`d/${name}`);
    }
  });
});

describe('names in order', () => {
  it('are those of a sorted list', () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ name, add: fc.boolean() }), { maxLength: 2000 }),
        name,
        fc.boolean(),
        (steps, from, inclusive) => {
          const names = new SortedNames();
          const model = new Set<string>();
          for (const { name: each, add } of steps) {
            if (add) names.add(each);
            else names.remove(each);
            const key = Buffer.from(each).toString('latin1');
            if (add) model.add(key);
            else model.delete(key);
          }
          const after = Buffer.from(from).toString('latin1');
          const wanted = [...model].filter((key) => (inclusive ? key >= after : key > after)).sort();
          const { names: given, end } = names.slice(from, inclusive, 10);
          expect(given.map((each) => Buffer.from(each).toString('latin1'))).toEqual(wanted.slice(0, 10));
          expect(end).toBe(wanted.length <= 10);
          expect(names.bytes).toBe([...model].reduce((sum, key) => sum + key.length + 40, 0));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('take bounded memory, and a directory above the bound is read for each page', async () => {
    const count = { pages: 0 };
    const { volume, clock, ...world } = await makeWorld({ ...cephFlavour, wrap: (inner) => remote(inner, count) });
    const lists = new NameLists(clock, 100_000);
    const directories: FileId[] = [];
    for (let index = 0; index < 4; index += 1) {
      const { id } = await world.directory(`d${index}`);
      directories.push(id);
      for (let entry = 0; entry < (index === 3 ? 3000 : 800); entry += 1) {
        await world.inner.create({}, id, text(`name ${entry}`), { kind: 'guarded' }, { uid: 0, gid: 0, mode: 0o644 });
      }
    }
    for (let round = 0; round < 3; round += 1) {
      for (const id of directories) {
        let found = 0;
        let from: Uint8Array = new Uint8Array();
        for (let end = false; !end;) {
          const page = await lists.page({ volume, volumeName: 'v', id }, {}, from, false, {
            limit: 500,
            attributes: true,
          });
          found += page.entries.length;
          from = page.through!;
          ({ end } = page);
          expect(lists.bytes).toBeLessThanOrEqual(100_000);
        }
        expect(found).toBe(id === directories[3] ? 3000 : 800);
      }
    }
  });
});
