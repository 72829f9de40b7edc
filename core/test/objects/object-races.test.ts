import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStorageError } from '../../src/spi/index.ts';
import type { Volume } from '../../src/spi/index.ts';
import { aroundCalls, changedCalls, nothingAtHand } from '../changed-calls.ts';
import { mode, root, text } from '../world.ts';
import { bodyOf, codeOf, contentOf, keysOf, leftovers, makeObjectWorld, plain, s3, treeOf } from './object-world.ts';

const steps = new Set([
  'lookup',
  'getattr',
  'getxattr',
  'setxattr',
  'removexattr',
  'create',
  'mkdir',
  'unlink',
  'rmdir',
  'rename',
  'replace',
  'publish',
  'listByName',
]);

/** Lets fast-check choose when each of the volume's steps is done: others may come before it. */
function scheduled(volume: Volume, scheduler: fc.Scheduler, active: () => boolean): Volume {
  return aroundCalls(changedCalls(volume, nothingAtHand), (name, _given, go) => {
    if (!steps.has(name)) return go();
    return (async () => {
      if (active()) await scheduler.schedule(Promise.resolve(), name);
      return go();
    })();
  });
}

/** Runs whatever waits until all of it is done; some steps wait for a turn of the event loop in between. */
async function settle(scheduler: fc.Scheduler, work: Promise<unknown>): Promise<void> {
  let done = false;
  const ended = work.then(
    () => (done = true),
    (error: unknown) => {
      done = true;
      throw error;
    },
  );
  ended.catch(() => undefined);
  while (!done) {
    while (scheduler.count() > 0) await scheduler.waitOne();
    await new Promise(setImmediate);
  }
  await ended;
}

/** Waits for all of them, then fails with the first that failed. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason;
}

const key = fc.constantFrom('a', 'a/b', 'a/c', 'a/b/d');
const act = fc.record({ kind: fc.constantFrom('put', 'put', 'delete', 'create', 'list', 'get'), key });

describe('races', () => {
  it('of PUTs, conditional PUTs, DELETEs and readers are explained by some order, and leave no rubbish', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.uniqueArray(key, { maxLength: 3 }),
        fc.array(act, { minLength: 2, maxLength: 6 }),
        fc.constantFrom('swap' as const, 'rename' as const),
        async (scheduler, before, acts, replace) => {
          let active = false;
          const world = await makeObjectWorld({
            traits: { replace },
            wrap: (volume) => scheduled(volume, scheduler, () => active),
          });
          const { objects } = world;
          for (const each of before) await objects.put(s3, 1, each, bodyOf('before'), plain);
          const touched = (each: string, kinds: readonly string[]): boolean =>
            acts.some((other) => other.key === each && kinds.includes(other.kind));
          const steady: readonly string[] = before.filter((each) => !touched(each, ['delete']));
          const initially: readonly string[] = before;
          const won: Record<string, string[]> = {};
          active = true;
          const run = async (step: (typeof acts)[number], index: number): Promise<void> => {
            if (step.kind === 'put') {
              const code = await codeOf(objects.put(s3, 1, step.key, bodyOf(`put ${index}`), plain));
              expect(code).toBe('ok');
              (won[step.key] ??= []).push(`put ${index}`);
            } else if (step.kind === 'create') {
              const conditions = { ifNoneMatch: ['*'] };
              const code = await codeOf(objects.put(s3, 1, step.key, bodyOf(`create ${index}`), plain, conditions));
              expect(['ok', 'preconditionFailed']).toContain(code);
              if (code === 'ok') (won[step.key] ??= []).push(`create ${index}`);
            } else if (step.kind === 'delete') {
              expect(await codeOf(objects.delete(s3, 1, step.key))).toBe('ok');
            } else if (step.kind === 'list') {
              const found = await keysOf(objects);
              for (const each of steady) expect(found).toContain(each);
            } else {
              const code = await codeOf(contentOf(objects, step.key));
              expect(steady.includes(step.key) ? ['ok'] : ['ok', 'noSuchKey']).toContain(code);
            }
          };
          await settle(scheduler, all(acts.map(run)));
          active = false;

          const found = await keysOf(objects);
          for (const each of ['a', 'a/b', 'a/c', 'a/b/d']) {
            const contents = [...(won[each] ?? []), ...(initially.includes(each) ? ['before'] : [])];
            if (!found.includes(each)) {
              expect(contents.length === 0 || touched(each, ['delete'])).toBe(true);
              expect(await codeOf(objects.head(s3, 1, each))).toBe('noSuchKey');
            } else expect(contents).toContain((await contentOf(objects, each)).toString());
            const creations = (won[each] ?? []).filter((content) => content.startsWith('create'));
            if (!touched(each, ['delete'])) expect(creations.length).toBeLessThan(initially.includes(each) ? 1 : 2);
          }
          expect(await leftovers(world)).toEqual([]);
          const tree = await treeOf(world);
          const files = tree.filter((path) => !path.endsWith('/'));
          expect(files).toHaveLength(found.length);
          // No implicit directory without a file below it.
          for (const path of tree.filter((each) => each.endsWith('/'))) {
            expect(files.some((file) => file.startsWith(path))).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('with NFS that makes and removes the same names end in an honest answer', async () => {
    const nfsAct = fc.record({
      kind: fc.constantFrom('mkdir', 'rmdir', 'create', 'remove'),
      name: fc.constantFrom('a', 'b', '%%oa'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(act, { minLength: 1, maxLength: 4 }),
        fc.array(nfsAct, { minLength: 1, maxLength: 4 }),
        async (scheduler, acts, others) => {
          let active = false;
          const world = await makeObjectWorld({ wrap: (volume) => scheduled(volume, scheduler, () => active) });
          const { objects, files, top } = world;
          active = true;
          const honest = ['ok', 'noSuchKey', 'preconditionFailed'];
          const s3Run = async ({ kind, key: each }: (typeof acts)[number]): Promise<void> => {
            if (kind === 'put') expect(honest).toContain(await codeOf(objects.put(s3, 1, each, bodyOf('s3'), plain)));
            else if (kind === 'delete') expect(honest).toContain(await codeOf(objects.delete(s3, 1, each)));
            else if (kind === 'list') await keysOf(objects);
            else expect(honest).toContain(await codeOf(contentOf(objects, each)));
          };
          const nfsRun = async ({ kind, name }: (typeof others)[number]): Promise<void> => {
            try {
              if (kind === 'mkdir') await files.mkdir(root, top, text(name), mode(0o755));
              if (kind === 'rmdir') await files.rmdir(root, top, text(name));
              if (kind === 'create') await files.create(root, top, text(name), { kind: 'guarded' }, mode(0o644));
              if (kind === 'remove') await files.remove(root, top, text(name));
            } catch (error) {
              if (!isStorageError(error)) throw error;
            }
          };
          await settle(scheduler, all([...acts.map(s3Run), ...others.map(nfsRun)]));
          active = false;
          const found = await keysOf(objects);
          expect(new Set(found).size).toBe(found.length);
          for (const each of found) expect((await objects.head(s3, 1, each)).key).toBe(each);
          expect(await leftovers(world)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('two PUTs of one key: the last one done is the content, whole', async () => {
    const { objects } = await makeObjectWorld();
    const contents = Array.from({ length: 20 }, (_, index) => Buffer.alloc(200_000, String.fromCharCode(65 + index)));
    await Promise.all(contents.map((content) => objects.put(s3, 1, 'k', bodyOf(content, 30_000), plain)));
    const content = await contentOf(objects, 'k');
    expect(contents.some((each) => each.equals(content))).toBe(true);
  });

  it('a hundred PUTs and DELETEs of the last key of a directory', async () => {
    const world = await makeObjectWorld({ now: false });
    const { objects } = world;
    const work: Promise<unknown>[] = [];
    for (let index = 0; index < 100; index += 1) {
      work.push(
        objects.put(s3, 1, `d/e/${index % 3}`, bodyOf('x'), plain),
        objects.delete(s3, 1, `d/e/${(index + 1) % 3}`),
      );
    }
    await Promise.all(work);
    for (const each of await keysOf(objects)) await objects.delete(s3, 1, each);
    expect(await treeOf(world)).toEqual([]);
  });
});
