import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName } from '../src/service/index.ts';
import type { FileRef } from '../src/service/index.ts';
import type { Volume } from '../src/spi/index.ts';
import { isStorageError } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { aroundCalls, changedCalls } from './changed-calls.ts';
import type { World } from './world.ts';
import { makeWorld, mode, nameOf, root, text } from './world.ts';

const smb = caller(0, { door: 'smb', stateless: false, foldNames: true });
const nfs = root;
const mebibytes = 4 * 1024 * 1024;

async function lookedUp(world: World, name: string, directory: FileRef = world.top): Promise<string | undefined> {
  const { name: found } = await world.files.lookup(smb, directory, text(name));
  return found && nameOf(found);
}

const make = (world: World, name: string, who = smb, directory = world.top) =>
  world.files.create(who, directory, text(name), { kind: 'guarded' }, mode(0o644));

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (isStorageError(error)) return error.code;
    throw error;
  }
}

/** Counts the pages of directories that are read. */
function counting(volume: Volume, count: { pages: number }): Volume {
  return changedCalls(volume, {
    readdir: (...given) => {
      count.pages += 1;
      return volume.readdir(...given);
    },
  });
}

const names = ['a', 'A', 'ä', 'Ä', 'ß', 'b', 'B', 'ss', 'SS', 'sS'];
const name = fc.constantFrom(...names);
const step = fc.record({
  what: fc.constantFrom('create', 'open', 'remove', 'rename', 'lookup'),
  folds: fc.boolean(),
  name,
  to: name,
});

/** Each call begins and is answered a few turns of the event loop late. */
function slowed(volume: Volume, waits: Iterator<number>): Volume {
  const turns = async (): Promise<void> => {
    for (let left = waits.next().value as number; left > 0; left -= 1) await new Promise(setImmediate);
  };
  const late = async (go: () => unknown): Promise<unknown> => {
    await turns();
    try {
      return await go();
    } finally {
      await turns();
    }
  };
  return aroundCalls(volume, (called, _given, go) => {
    return called === 'lookupNow' || called === 'getattrNow' || called === 'epoch' ? go() : late(go);
  });
}

describe('callers who fold names', () => {
  it('find what was made in other letters, and never make two', async () => {
    const world = await makeWorld();
    const made = await make(world, 'Straße.txt');
    expect(await lookedUp(world, 'STRAßE.TXT')).toBe('Straße.txt');
    expect(await codeOf(make(world, 'straße.TXT'))).toBe('exists');
    const again = await world.files.create(smb, world.top, text('STRAßE.txt'), { kind: 'unchecked' }, mode(0o644));
    expect(again).toMatchObject({ created: false, attributes: { id: made.attributes.id } });
    expect(await codeOf(world.files.mkdir(smb, world.top, text('STRAßE.TXT'), mode(0o755)))).toBe('exists');
    const directory = await world.directory('Dir');
    expect(await codeOf(make(world, 'x', smb, directory))).toBe('ok');
    expect(await codeOf(world.files.rmdir(smb, world.top, text('dIR')))).toBe('notEmpty');
    expect(await codeOf(world.files.remove(smb, directory, text('X')))).toBe('ok');
    expect(await codeOf(world.files.rmdir(smb, world.top, text('dIR')))).toBe('ok');
    expect((await world.files.lookup(nfs, world.top, text('STRAßE.TXT'))).attributes).toBeUndefined();
  });

  it('see the exact name first', async () => {
    const world = await makeWorld();
    for (const name of ['b', 'B', 'A', 'a']) await make(world, name, nfs);
    expect(await lookedUp(world, 'b')).toBe('b');
    expect(await lookedUp(world, 'B')).toBe('B');
    await world.files.remove(smb, world.top, text('b'));
    expect(await lookedUp(world, 'b')).toBe('B');
  });

  it('change the letters of a name, and take over one that folds alike', async () => {
    const world = await makeWorld();
    const { attributes } = await make(world, 'name');
    await world.files.rename(smb, world.top, text('NAME'), world.top, text('Name'));
    expect(await lookedUp(world, 'name')).toBe('Name');
    await make(world, 'Other');
    expect(
      await codeOf(world.files.rename(smb, world.top, text('name'), world.top, text('OTHER'), { noReplace: true })),
    ).toBe('exists');
    await world.files.rename(smb, world.top, text('name'), world.top, text('OTHER'));
    const found = await world.files.lookup(smb, world.top, text('other'));
    expect([nameOf(found.name!), found.attributes?.id]).toEqual(['Other', attributes.id]);
  });

  it('never reach what core keeps for itself', async () => {
    const world = await makeWorld();
    for (const name of ['.polynas', '.Polynas', '.POLYNAS']) {
      expect(await lookedUp(world, name)).toBeUndefined();
      expect(await codeOf(make(world, name))).toBe('accessDenied');
      expect(await codeOf(world.files.rmdir(smb, world.top, text(name)))).toBe('notFound');
      expect(await codeOf(world.files.rename(smb, world.top, text(name), world.top, text('x')))).toBe('notFound');
    }
    expect(await codeOf(make(world, '.POLYNAS', nfs))).toBe('ok');
    expect(await lookedUp(world, '.polynas')).toBeUndefined();
    expect(await codeOf(world.files.remove(smb, world.top, text('.polynas')))).toBe('notFound');
  });

  it('make one file of many at once', async () => {
    const world = await makeWorld();
    const names = ['ab', 'aB', 'Ab', 'AB'];
    const made = await Promise.all(names.map((name) => codeOf(make(world, name))));
    expect(made.sort()).toEqual(['exists', 'exists', 'exists', 'ok']);
    const all = await Promise.all(
      names.map((name) => world.files.create(smb, world.top, text(name), { kind: 'unchecked' }, mode(0o644))),
    );
    expect(new Set(all.map(({ attributes }) => attributes.id)).size).toBe(1);
  });

  it('make many files without reading the directory again, beside others who make some', async () => {
    const count = { pages: 0 };
    const world = await makeWorld({ wrap: (volume) => counting(volume, count) });
    const directory = await world.directory('d');
    for (let first = 0; first < 2_000; first += 50) {
      const names = Array.from({ length: 50 }, (_, index) => `File ${first + index}`);
      await Promise.all(names.map((name, index) => make(world, name, index % 10 === 9 ? nfs : smb, directory)));
    }
    expect(await lookedUp(world, 'FILE 1234', directory)).toBe('File 1234');
    expect(count.pages).toBeLessThan(10);
  });

  it.each([100, 500, 1_500, 4_500, 100_000])(
    'find all names with an index of at most %i bytes',
    async (foldedBytes) => {
      const count = { pages: 0 };
      const world = await makeWorld({ foldedBytes, wrap: (volume) => counting(volume, count) });
      const directories = [];
      for (const size of [10, 25, 29, 31, 60]) {
        const directory = await world.directory(`d${size}`);
        directories.push({ directory, size });
        for (let index = 0; index < size; index += 1) await make(world, `n${index}`, nfs, directory);
      }
      for (let round = 0; round < 3; round += 1) {
        for (const { directory, size } of directories) {
          for (let index = 0; index < size; index += 1) {
            expect(await lookedUp(world, `N${index}`, directory)).toBe(`n${index}`);
            expect(world.parts.folded.bytes).toBeLessThanOrEqual(foldedBytes);
          }
          const before = count.pages;
          expect(await lookedUp(world, 'no', directory)).toBeUndefined();
          if (foldedBytes >= 1_500) expect(count.pages).toBe(before);
          expect(await codeOf(make(world, 'N0', smb, directory))).toBe('exists');
          await world.files.remove(smb, directory, text('N0'));
          await make(world, 'n0', smb, directory);
        }
      }
    },
  );

  it.each([
    [0, mebibytes],
    [3, mebibytes],
    [0, 1_000],
    [3, 1_000],
  ])(
    'never make two beside each other, at once with %i others and an index of %i bytes, and find all',
    async (exact, foldedBytes) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 8, maxLength: 60 }),
          fc.infiniteStream(fc.nat(3)),
          async (steps, waits) => {
            const world = await makeWorld({ foldedBytes, wrap: (volume) => slowed(volume, waits) });
            const callers = [smb, smb, smb, ...Array.from({ length: exact }, () => nfs)];
            const left = steps.entries();
            await Promise.all(
              callers.map(async (who) => {
                for (const [, { what, name: asked, to }] of left) {
                  if (what === 'create') await codeOf(make(world, asked, who));
                  else if (what === 'remove') await codeOf(world.files.remove(who, world.top, text(asked)));
                  else if (what === 'rename')
                    await codeOf(world.files.rename(who, world.top, text(asked), world.top, text(to)));
                  else await world.files.lookup(who, world.top, text(asked));
                }
              }),
            );
            const { entries } = await world.files.readdir(nfs, world.top, 0n, { limit: 100, attributes: false });
            const there = new Map(entries.map((entry) => [nameOf(entry.name), entry.id]));
            if (exact === 0)
              expect(new Set([...there.keys()].map((each) => foldName(text(each)))).size).toBe(there.size);
            for (const each of names) {
              const meant = meantIn(there, each);
              expect(await lookedUp(world, each)).toBe(there.has(meant) ? meant : undefined);
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it.each([mebibytes, 1_000, 0])('do as the model does, with an index of %i bytes', async (foldedBytes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = await makeWorld({ foldedBytes });
        const model = new Map<string, bigint>();
        for (const { what, folds, name: asked, to } of steps) {
          const who = folds ? smb : nfs;
          const meant = folds ? meantIn(model, asked) : asked;
          const held = model.get(meant);
          if (what === 'create' || what === 'open') {
            const kind = what === 'create' ? 'guarded' : 'unchecked';
            const made = world.files.create(who, world.top, text(asked), { kind }, mode(0o644));
            if (held === undefined) model.set(asked, (await made).attributes.id);
            else if (what === 'create') expect(await codeOf(made)).toBe('exists');
            else expect((await made).attributes.id).toBe(held);
          } else if (what === 'remove') {
            const removed = await codeOf(world.files.remove(who, world.top, text(asked)));
            expect(removed).toBe(held === undefined ? 'notFound' : 'ok');
            model.delete(meant);
          } else if (what === 'rename') {
            const renamed = await codeOf(world.files.rename(who, world.top, text(asked), world.top, text(to)));
            expect(renamed).toBe(held === undefined ? 'notFound' : 'ok');
            if (held === undefined) continue;
            const target = folds ? meantIn(model, to) : to;
            model.delete(meant);
            model.set(target === meant ? to : target, held);
          } else {
            const found = await world.files.lookup(who, world.top, text(asked));
            expect([found.name && nameOf(found.name), found.attributes?.id]).toEqual([
              held === undefined ? undefined : meant,
              held,
            ]);
          }
        }
        const { entries } = await world.files.readdir(nfs, world.top, 0n, { limit: 100, attributes: false });
        expect(new Map(entries.map((entry) => [nameOf(entry.name), entry.id]))).toEqual(model);
      }),
      { numRuns: 150 },
    );
  });
});

/** The name that a caller who folds names means: itself, else the first in order of bytes that folds alike, else itself. */
function meantIn(model: ReadonlyMap<string, bigint>, asked: string): string {
  if (model.has(asked)) return asked;
  const alike = [...model.keys()].filter((other) => foldName(text(other)) === foldName(text(asked)));
  alike.sort((one, other) => Buffer.compare(text(one), text(other)));
  return alike[0] ?? asked;
}
