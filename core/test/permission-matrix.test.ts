import { describe, expect, it } from 'vitest';
import type { Caller, FileRef } from '../src/service/index.ts';
import { isStorageError } from '../src/spi/index.ts';
import { caller, principal } from '../src/test/callers.ts';
import type { World } from './world.ts';
import { makeWorld, mode, root, text } from './world.ts';

/** Directory and file belong to 1000:100. What each actor is to them, by the position of its permission bits. */
const actors = {
  owner: { who: principal(1000, 100), shift: 6 },
  'member of the group': { who: principal(2000, 200, [100]), shift: 3 },
  'somebody else': { who: principal(3000, 300), shift: 0 },
  superuser: { who: principal(0), shift: 0 },
} as const;
type Actor = keyof typeof actors;

type Verdict = 'ok' | 'accessDenied' | 'notPermitted';

interface Situation {
  readonly actor: Actor;
  readonly owner: boolean;
  readonly stateless: boolean;
  /** rwx as a number, of the thing that the operation is about: the file, or the directory. */
  readonly bits: number;
}

interface Operation {
  readonly about: 'file' | 'directory';
  act(world: World, who: Caller, directory: FileRef, file: FileRef): Promise<unknown>;
  /** POSIX in words, not the code under test: what an actor other than the superuser gets. */
  expected(situation: Situation): Verdict;
}

const needs =
  (bits: number) =>
  (situation: Situation): Verdict =>
    (situation.bits & bits) === bits ? 'ok' : 'accessDenied';
const ownerOnly = ({ owner }: Situation): Verdict => (owner ? 'ok' : 'notPermitted');
const writing = (situation: Situation): Verdict =>
  situation.stateless && situation.owner ? 'ok' : needs(2)(situation);
const time = { seconds: 5, nanoseconds: 0 };

const operations: Record<string, Operation> = {
  read: {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.read(who, file, 0, 1),
    expected: (situation) =>
      situation.stateless && (situation.owner || situation.bits & 1) ? 'ok' : needs(4)(situation),
  },
  write: {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.write(who, file, 0, [text('x')], 'unstable'),
    expected: writing,
  },
  truncate: {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.setattr(who, file, { size: 1 }),
    expected: writing,
  },
  'times to now': {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.setattr(who, file, { accessed: 'now', modified: 'now' }),
    expected: (situation) => (situation.owner ? 'ok' : needs(2)(situation)),
  },
  'times to a moment': {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.setattr(who, file, { accessed: time, modified: 'now' }),
    expected: ownerOnly,
  },
  chmod: {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.setattr(who, file, { mode: 0o640 }),
    expected: ownerOnly,
  },
  chown: {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.setattr(who, file, { uid: 4242 }),
    expected: () => 'notPermitted',
  },
  'chgrp to one’s own group': {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.setattr(who, file, { gid: who.principal.gid }),
    expected: ownerOnly,
  },
  'chgrp to a foreign group': {
    about: 'file',
    act: ({ files }, who, _directory, file) => files.setattr(who, file, { gid: 4242 }),
    expected: () => 'notPermitted',
  },
  list: {
    about: 'directory',
    act: ({ files }, who, directory) => files.readdir(who, directory, 0n, { limit: 10, attributes: false }),
    expected: needs(4),
  },
  lookup: {
    about: 'directory',
    act: ({ files }, who, directory) => files.lookup(who, directory, text('file')),
    expected: needs(1),
  },
  create: {
    about: 'directory',
    act: ({ files }, who, directory) => files.create(who, directory, text('n'), { kind: 'guarded' }, mode(0o644)),
    expected: needs(3),
  },
  mkdir: {
    about: 'directory',
    act: ({ files }, who, directory) => files.mkdir(who, directory, text('n'), mode(0o755)),
    expected: needs(3),
  },
  symlink: {
    about: 'directory',
    act: ({ files }, who, directory) => files.symlink(who, directory, text('n'), text('t'), mode(0o777)),
    expected: needs(3),
  },
  link: {
    about: 'directory',
    act: ({ files }, who, directory, file) => files.link(who, file, directory, text('n')),
    expected: needs(3),
  },
  rename: {
    about: 'directory',
    act: ({ files }, who, directory) => files.rename(who, directory, text('file'), directory, text('n')),
    expected: needs(3),
  },
  delete: {
    about: 'directory',
    act: ({ files }, who, directory) => files.remove(who, directory, text('file')),
    expected: needs(3),
  },
};

async function verdict(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (isStorageError(error)) return error.code;
    throw error;
  }
}

/** The actor's class has these bits; the other classes have all or none, which must not matter. */
function modeOf(shift: number, bits: number, others: number): number {
  return (others & ~(7 << shift)) | (bits << shift);
}

describe('permission matrix', () => {
  for (const [name, operation] of Object.entries(operations)) {
    for (const [actor, { who, shift }] of Object.entries(actors)) {
      it(`${name} by ${actor}`, async () => {
        for (const stateless of [true, false]) {
          for (let bits = 0; bits < 8; bits += 1) {
            for (const others of [0, 0o777]) {
              const world = await makeWorld();
              const directory = await world.directory('directory');
              const made = await world.files.create(root, directory, text('file'), { kind: 'guarded' }, mode(0o600));
              const file = { share: 1, id: made.attributes.id };
              const about = operation.about === 'file' ? file : directory;
              await world.volume.setattr({}, file.id, { uid: 1000, gid: 100, mode: 0o777 });
              await world.volume.setattr({}, directory.id, { uid: 1000, gid: 100, mode: 0o777 });
              await world.volume.setattr({}, about.id, { mode: modeOf(shift, bits, others) });
              const situation = { actor: actor as Actor, owner: actor === 'owner', stateless, bits };
              const expected = actor === 'superuser' ? 'ok' : operation.expected(situation);
              const act = operation.act(world, caller(who, { stateless }), directory, file);
              expect(`${bits} ${others} ${stateless}: ${await verdict(act)}`).toBe(
                `${bits} ${others} ${stateless}: ${expected}`,
              );
            }
          }
        }
      });
    }
  }

  it('takes ownership into account under the sticky bit', async () => {
    const owners = [1000, 2000, 3000];
    for (const directoryOwner of owners) {
      for (const fileOwner of owners) {
        for (const actor of [...owners, 0]) {
          const world = await makeWorld();
          const directory = await world.directory('d', { uid: directoryOwner, mode: 0o1777 });
          const file = await world.files.create(root, directory, text('f'), { kind: 'guarded' }, mode(0o666));
          await world.volume.setattr({}, file.attributes.id, { uid: fileOwner });
          const allowed = actor === 0 || actor === directoryOwner || actor === fileOwner;
          const who = caller(actor);
          const renamed = await verdict(world.files.rename(who, directory, text('f'), directory, text('g')));
          expect(renamed).toBe(allowed ? 'ok' : 'notPermitted');
          const removed = await verdict(world.files.remove(who, directory, text(allowed ? 'g' : 'f')));
          expect(removed).toBe(allowed ? 'ok' : 'notPermitted');
        }
      }
    }
  });

  it('wants write on a directory that moves to another parent', async () => {
    const world = await makeWorld();
    const [from, to] = [await world.directory('from', { mode: 0o777 }), await world.directory('to', { mode: 0o777 })];
    const sub = await world.files.mkdir(root, from, text('sub'), mode(0o755));
    const alice = caller(1000);
    const move = () => verdict(world.files.rename(alice, from, text('sub'), to, text('sub')));
    expect(await move()).toBe('accessDenied');
    expect(await verdict(world.files.rename(alice, from, text('sub'), from, text('sub')))).toBe('ok');
    await world.volume.setattr({}, sub.attributes.id, { uid: 1000 });
    expect(await move()).toBe('ok');
  });
});
