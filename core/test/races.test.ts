import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStorageError } from '../src/spi/index.ts';
import type { StorageErrorCode, Volume } from '../src/spi/index.ts';
import { access } from '../src/service/index.ts';
import { caller } from '../src/test/callers.ts';
import { aroundCalls, changedCalls, nothingAtHand } from './changed-calls.ts';
import { makeWorld, mode, nameOf, root, text } from './world.ts';

/** Lets fast-check choose when each of the volume's answers comes: before it, others' steps may come in between. */
function scheduled(volume: Volume, scheduler: fc.Scheduler): Volume {
  const steps = new Set([
    'lookup',
    'getattr',
    'setattr',
    'create',
    'mkdir',
    'unlink',
    'rmdir',
    'rename',
    'link',
    'open',
  ]);
  return aroundCalls(changedCalls(volume, nothingAtHand), (name, _given, go) => {
    if (!steps.has(name)) return go();
    return scheduler.schedule(Promise.resolve(), name).then(go);
  });
}

/** What an operation may be answered when others change the same names meanwhile: whatever is true at some moment. */
const honest: readonly StorageErrorCode[] = [
  'notFound',
  'exists',
  'stale',
  'tryLater',
  'sharingViolation',
  'deletePending',
];

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (isStorageError(error)) return error.code;
    throw error;
  }
}

const names = ['a', 'b', 'c'];
const act = fc.oneof(
  fc.record({ kind: fc.constantFrom('create', 'remove', 'write', 'open'), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant('rename'), name: fc.constantFrom(...names), to: fc.constantFrom(...names) }),
);

describe('races', () => {
  it('of create, remove, rename, write and open leave a tree that some order explains', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(act, { minLength: 2, maxLength: 7 }), async (scheduler, acts) => {
        const world = await makeWorld({ wrap: (volume) => scheduled(volume, scheduler) });
        const { volume, files, state, top, parts } = world;
        // The tree beneath, without the scheduler in between.
        const start: bigint[] = [];
        for (const name of ['a', 'b']) {
          const made = scheduler.waitFor(files.create(root, top, text(name), { kind: 'guarded' }, mode(0o666)));
          start.push((await made).attributes.id);
        }
        const tally = { created: 0, removed: 0, replaced: 0 };
        const run = async (step: (typeof acts)[number]): Promise<void> => {
          const name = text(step.name);
          if (step.kind === 'create') {
            const made = await files.create(root, top, name, { kind: 'guarded' }, mode(0o666));
            tally.created += made.created ? 1 : 0;
          } else if (step.kind === 'remove') {
            await files.remove(root, top, name);
            tally.removed += 1;
          } else if (step.kind === 'rename' && 'to' in step) {
            const renamed = await files.rename(root, top, name, top, text(step.to));
            tally.replaced += renamed.replaced !== undefined && !renamed.unchanged ? 1 : 0;
          } else {
            const found = (await files.lookup(root, top, name)).attributes;
            if (found === undefined) return;
            const file = { share: 1, id: found.id };
            if (step.kind === 'write') {
              await files.write(root, file, 0, [text('x')], 'unstable');
              return;
            }
            const opener = { client: 'c', owner: 'o' };
            const rights = access.readData | access.delete;
            const open = await state.open(caller(0, { door: 'smb', stateless: false }), file, {
              access: rights,
              deny: access.delete,
              opener,
            });
            // While it stands, nobody may take the file's name.
            await scheduler.schedule(Promise.resolve(), 'hold');
            expect((await scheduler.waitFor(volume.getattr({}, file.id))).nlink).toBe(1);
            await open.close();
          }
        };
        const running = Promise.all(acts.map((step) => outcome(run(step))));
        const results = await scheduler.waitFor(running);
        for (const result of results) expect(['ok', ...honest]).toContain(result);
        const page = await volume.readdir({}, top.id, 0n, { limit: 50, attributes: true });
        const left = page.entries.filter((entry) => nameOf(entry.name) !== '.polynas');
        expect(left.length).toBe(start.length + tally.created - tally.removed - tally.replaced);
        expect(new Set(left.map((entry) => entry.id)).size).toBe(left.length);
        // Nothing stands any more, and no cached handle keeps a removed file alive.
        expect(parts.table.volume('v').guards.size).toBe(0);
        expect(parts.table.volume('v').files.size).toBe(0);
        await parts.handles.close();
      }),
      { numRuns: 150 },
    );
  });

  it('a chown between look and chmod asks for another look', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = await makeWorld({ wrap: (volume) => scheduled(volume, scheduler) });
        const made = scheduler.waitFor(
          world.files.create(root, world.top, text('f'), { kind: 'guarded' }, mode(0o644)),
        );
        const file = { share: 1, id: (await made).attributes.id };
        await scheduler.waitFor(world.volume.setattr({}, file.id, { uid: 1000 }));
        const both = Promise.all([
          outcome(world.files.setattr(caller(1000), file, { mode: 0o777 })),
          outcome(world.files.setattr(root, file, { uid: 2000, mode: 0o600 })),
        ]);
        const [chmod] = await scheduler.waitFor(both);
        const after = await scheduler.waitFor(world.volume.getattr({}, file.id));
        // Either hers came first and was overwritten, or she was not the owner any more.
        expect(['ok', 'notPermitted']).toContain(chmod);
        expect(after).toMatchObject({ uid: 2000, mode: 0o600 });
      }),
      { numRuns: 60 },
    );
  });

  it('never take a file that was not looked at: names change their meaning in between', async () => {
    const attempts = ['remove', 'rename away', 'rename over'] as const;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(...attempts), async (scheduler, attempt) => {
        const world = await makeWorld({ wrap: (volume) => scheduled(volume, scheduler) });
        const { files } = world;
        const setUp = async () => {
          const tmp = await world.directory('tmp', { mode: 0o1777 });
          const make = (uid: number, name: string) =>
            files.create(caller(uid), tmp, text(name), { kind: 'guarded' }, mode(0o600));
          await make(1000, 'f');
          await make(1000, 'mine');
          return { tmp, hers: (await make(2000, 'hers')).attributes.id };
        };
        const { tmp, hers } = await scheduler.waitFor(setUp());
        // The superuser gives the name `f` to a file of 2000's, which 1000 may neither remove nor move (sticky).
        const both = Promise.all([
          outcome(files.rename(root, tmp, text('hers'), tmp, text('f'))),
          outcome(
            attempt === 'remove'
              ? files.remove(caller(1000), tmp, text('f'))
              : attempt === 'rename away'
                ? files.rename(caller(1000), tmp, text('f'), tmp, text('g'))
                : files.rename(caller(1000), tmp, text('mine'), tmp, text('f')),
          ),
        ]);
        const [given, tried] = await scheduler.waitFor(both);
        expect(given).toBe('ok');
        expect(['ok', 'notPermitted']).toContain(tried);
        const found = await scheduler.waitFor(world.volume.lookup({}, tmp.id, text('f')));
        expect(found?.id).toBe(hers);
      }),
      { numRuns: 200 },
    );
  });
});
