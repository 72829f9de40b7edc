import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys } from '../../src/namespace/keys.ts';
import { isStorageError } from '../../src/spi/index.ts';
import type { FileId, Volume } from '../../src/spi/index.ts';
import { mode, root, text } from '../world.ts';
import type { ObjectWorld } from './object-world.ts';
import { bodyOf, makeObjectWorld, plain, s3 } from './object-world.ts';

/**
 * What is there before a listing begins and after it ended, and all the while, is in it once: whatever else is made, removed, renamed, replaced or
 * converted between any two steps, and wherever pages end, those of the listing and those of the volume.
 */

/** Steps of the volume that others may come before. */
const steps = new Set([
  'lookup',
  'getattr',
  'getxattr',
  'create',
  'mkdir',
  'unlink',
  'rmdir',
  'rename',
  'replace',
  'publish',
  'readdir',
  'listByName',
]);

interface Stage {
  readonly scheduler: fc.Scheduler;
  /** Entries in a page of the volume, at most. */
  readonly page: number;
  /** Of the calls that answer at once, each how-manyth does: 0 is none. */
  readonly now: number;
  active: boolean;
}

function staged(volume: Volume, stage: Stage): Volume {
  let asked = 0;
  return new Proxy(volume, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      const method = value.bind(target) as (...given: unknown[]) => unknown;
      if (key === 'lookupNow' || key === 'getattrNow') {
        return (...given: unknown[]) => {
          asked += 1;
          return stage.now === 0 || asked % stage.now !== 0 ? undefined : method(...given);
        };
      }
      if (!steps.has(key)) return method;
      return async (...given: unknown[]) => {
        if (stage.active) await stage.scheduler.schedule(Promise.resolve(), key);
        const options = given.at(-1) as { readonly limit: number };
        if (key === 'readdir' || key === 'listByName') {
          given[given.length - 1] = { ...options, limit: Math.min(options.limit, stage.page) };
        }
        return method(...given);
      };
    },
  });
}

/** Names around the one that a directory has: `a-` and `a.` sort before `a/`, `a0` after it; escapes that are none, and some that are. */
const names = [
  'a',
  'a-',
  'a-b.d.ts',
  'a.',
  'a.d.ts',
  'a!',
  'a0',
  'ab',
  'b',
  'b-a',
  '%%oa',
  '%%ob',
  '%%qa',
  '%%q.',
  '%%o%%oa',
] as const;
const name = fc.constantFrom(...names);
const path = fc.array(name, { minLength: 1, maxLength: 2 }).map((segments) => segments.join('/'));
const act = fc.record({
  what: fc.constantFrom('create', 'remove', 'rename', 'over', 'mkdir', 'put', 'put', 'delete', 'below', 'unbelow'),
  path,
  to: name,
});

interface Tree {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** Paths of files and directories, of which none is in the way of another one. */
const tree: fc.Arbitrary<Tree> = fc
  .record({
    files: fc.uniqueArray(path, { maxLength: 10 }),
    directories: fc.uniqueArray(path, { maxLength: 4 }),
  })
  .map(({ files, directories }) => {
    const parents = new Set([...directories, ...files, ...directories].flatMap((each) => parentsOf(each)));
    const made = new Set([...directories, ...parents]);
    return { files: files.filter((each) => !made.has(each)), directories: [...made] };
  });

function parentsOf(of: string): string[] {
  const at = of.lastIndexOf('/');
  return at < 0 ? [] : [of.slice(0, at)];
}

async function directoryOf(world: ObjectWorld, of: string): Promise<FileId | undefined> {
  let id = world.top.id;
  for (const each of of.split('/').slice(0, -1)) {
    const found = await world.volume.lookup({}, id, text(each));
    if (found?.type !== 'directory') return undefined;
    id = found.id;
  }
  return id;
}

async function make(world: ObjectWorld, { files, directories }: Tree): Promise<void> {
  for (const each of [...directories].sort((a, b) => a.length - b.length)) {
    const place = { share: 1, id: (await directoryOf(world, each))! };
    await world.files.mkdir(root, place, text(each.split('/').at(-1)!), mode(0o755));
  }
  for (const each of files) {
    const place = { share: 1, id: (await directoryOf(world, each))! };
    await world.files.create(root, place, text(each.split('/').at(-1)!), { kind: 'guarded' }, mode(0o644));
  }
}

/** Keys that may not go away, and names whose files may not: others may take both over. */
interface Steady {
  readonly keys: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
}

async function perform(world: ObjectWorld, steady: Steady, step: { what: string; path: string; to: string }) {
  const { files, objects, volume } = world;
  const last = text(step.path.split('/').at(-1)!);
  const directory = await directoryOf(world, step.path);
  // A file that has stepped aside is under such a name: who moves that away takes its key away.
  const isAside = (each: string): boolean => each.includes('%%o');
  const isSteady = steady.paths.has(step.path) || steady.keys.has(step.path) || isAside(step.path);
  try {
    if (step.what === 'put') await objects.put(s3, 1, step.path, bodyOf('new'), plain);
    // Makes a directory in the place of a file, which steps aside; and takes it away again, and the file comes back.
    if (step.what === 'below') await objects.put(s3, 1, `${step.path}/${step.to}`, bodyOf('new'), plain);
    if (step.what === 'unbelow' && !steady.keys.has(`${step.path}/${step.to}`)) {
      await objects.delete(s3, 1, `${step.path}/${step.to}`);
    }
    if (step.what === 'delete' && !isSteady) await objects.delete(s3, 1, step.path);
    if (directory === undefined) return;
    const place = { share: 1, id: directory };
    const beside = step.path.slice(0, step.path.lastIndexOf('/') + 1) + step.to;
    if (step.what === 'create') await files.create(root, place, last, { kind: 'guarded' }, mode(0o644));
    if (step.what === 'mkdir') await files.mkdir(root, place, last, mode(0o755));
    if (step.what === 'remove' && !isSteady) await files.remove(root, place, last);
    // Not onto what stays: a directory that only PUTs have made is no key, and would take one away.
    if (step.what === 'rename' && !isSteady && !steady.paths.has(beside) && !isAside(step.to)) {
      await files.rename(root, place, last, place, text(step.to));
    }
    // A new file or an empty directory takes the name over in one step: there is one all the while.
    if (step.what === 'over' && steady.paths.has(beside) && !isAside(step.to)) {
      const old = await volume.lookup({}, directory, text(step.to));
      if (old?.type !== 'file' && old?.type !== 'directory') return;
      const temporary = text(`new ${step.path.length}`);
      if (old.type === 'file') await files.create(root, place, temporary, { kind: 'guarded' }, mode(0o644));
      else await files.mkdir(root, place, temporary, mode(0o755));
      await files.rename(root, place, temporary, place, text(step.to));
    }
  } catch (error) {
    if (!isStorageError(error) && !(error as { code?: string }).code) throw error;
  }
}

async function listed(world: ObjectWorld, prefix: string, delimiter: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let after = ''; ;) {
    const page = await world.objects.list(s3, 1, { prefix, delimiter, after, limit });
    found.push(...page.items.map((item) => (item.kind === 'object' ? item.object.key : item.prefix)));
    if (page.next === undefined) return found;
    after = page.next;
  }
}

/** Runs what waits, in the order that fast-check chooses, until all of it is done. */
async function settle(scheduler: fc.Scheduler, works: readonly Promise<unknown>[]): Promise<void> {
  let done = false;
  const all = Promise.allSettled(works).then((results) => {
    done = true;
    return results;
  });
  while (!done) {
    while (scheduler.count() > 0) await scheduler.waitOne();
    await new Promise(setImmediate);
  }
  for (const result of await all) if (result.status === 'rejected') throw result.reason;
}

const variants = [
  ['names in order', 'swap', {}],
  ['names in order', 'rename', {}],
  ['no order of names', 'swap', { orderedListing: false }],
  ['no order of names', 'rename', { orderedListing: false }],
] as const;

describe.each(variants)('a listing of what is changing: %s, replace by %s', (_name, replace, traits) => {
  it('has all that stays, once and in order, whatever comes between two steps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        tree,
        fc.array(fc.array(act, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 }),
        fc.record({
          page: fc.integer({ min: 1, max: 4 }),
          now: fc.integer({ min: 0, max: 3 }),
          limit: fc.integer({ min: 1, max: 5 }),
          delimiter: fc.constantFrom('', '/', '-', '.'),
          prefix: fc.constantFrom('', '', 'a', 'a/', 'a-', '%%'),
        }),
        async (scheduler, made, movers, { page, now, limit, delimiter, prefix }) => {
          const stage: Stage = { scheduler, page, now, active: false };
          const world = await makeObjectWorld({
            traits: { ...traits, replace },
            wrap: (volume) => staged(volume, stage),
          });
          await make(world, made);
          // As the listing itself shows it while nothing moves; list.test.ts compares that with HEAD and with a sorted list.
          const keys = await listed(world, '', '', 1000);
          // A name that looks like an escape means what it does by what else is there: what that is may change.
          const plainKeys = keys.filter((each) => !each.includes('%%'));
          const steady: Steady = { keys: new Set(plainKeys), paths: new Set([...made.files, ...made.directories]) };
          stage.active = true;
          const listing = listed(world, prefix, delimiter, limit);
          const moving = movers.map(async (acts) => {
            for (const each of acts) await perform(world, steady, each);
          });
          await settle(scheduler, [listing, ...moving]);
          stage.active = false;
          const found = await listing;
          const sorted = [...new Set(found)].sort((a, b) => compareKeys(a, b));
          expect(found).toEqual(sorted);
          const items = new Set(found);
          for (const key of plainKeys.filter((each) => each.startsWith(prefix))) {
            const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
            expect(items, key).toContain(at < 0 ? key : key.slice(0, at + delimiter.length));
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
