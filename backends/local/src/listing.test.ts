import { randomBytes } from 'node:crypto';
import { createCore, memoryRegistryStore } from '@polynas/core';
import type { Core } from '@polynas/core';
import type { Caller, FileRef, ObjectBody } from '@polynas/core/service';
import { isStorageError } from '@polynas/core/spi';
import type { FileId, Name, Volume } from '@polynas/core/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, name, newFile, Volumes } from './testing/volumes.ts';
import type { LocalVolume } from './volume.ts';

/**
 * Directories read while they change: what is there all the while comes once and in order, by name, by cookie and as keys. Commits are under way
 * while pages are read, files are dirty with unstable writes, contents are swapped, and the tree is taken for cold.
 */

const volumes = new Volumes();

/** Names in the order that matters: `a-` and `a.` before `a/`, `a0` after it. */
const names = ['a', 'a-', 'a-b.d.ts', 'a.', 'a.d.ts', 'a!', 'a0', 'ab', 'b', 'b-a'] as const;

/** Steps of chance that a seed decides. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = 1 + (seed % 2_147_483_646);
  }

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

/** Small pages, calls that do not answer at once, turns of the event loop in between, and a tree that is cold now and then. */
function uneven(volume: LocalVolume, chance: () => Chance): Volume {
  return new Proxy<Volume>(volume, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...given: unknown[]) => unknown;
      if (key === 'lookupNow' || key === 'getattrNow') {
        return (...given: unknown[]) => (chance().below(2) === 0 ? undefined : method(...given));
      }
      if (key !== 'listByName' && key !== 'readdir' && key !== 'lookup' && key !== 'getxattr') return method;
      return async (...given: unknown[]) => {
        for (let turns = chance().below(4); turns > 0; turns -= 1) await new Promise(setImmediate);
        if (chance().below(8) === 0) volume.chill();
        const options = given.at(-1) as { readonly limit: number };
        if (key === 'listByName' || key === 'readdir') {
          given[given.length - 1] = { ...options, limit: Math.min(options.limit, 1 + chance().below(4)) };
        }
        return method(...given);
      };
    },
  });
}

const root: Caller = {
  principal: { userId: 'u0', name: 'root', tenant: 'default', uid: 0, gid: 0, groups: [], superuser: true },
  door: 'internal',
  client: '127.0.0.1',
  patience: 'wait',
  stateless: true,
  readOnly: false,
};

function bodyOf(bytes: Uint8Array): ObjectBody {
  let rest: Uint8Array | undefined = bytes;
  return {
    length: bytes.length,
    async read() {
      const given = rest;
      rest = undefined;
      return given;
    },
  };
}

async function openCore(volume: Volume, report: (error: unknown) => void): Promise<Core> {
  return createCore({
    volumes: new Map([['main', volume]]),
    registry: memoryRegistryStore(),
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      after(milliseconds, work) {
        const timer = setTimeout(work, milliseconds);
        timer.unref();
        return { cancel: () => clearTimeout(timer) };
      },
    },
    random: randomBytes,
    hasher: { hash: async (password) => password, verify: async (password, hash) => password === hash },
    secretBox: { seal: (secret) => secret, open: (sealed) => sealed },
    report,
  });
}

interface World {
  readonly core: Core;
  readonly share: number;
  readonly top: FileRef;
}

async function placeOf({ core, share, top }: World, path: string): Promise<{ place: FileRef; last: Name } | undefined> {
  let id = top.id;
  const segments = path.split('/');
  for (const segment of segments.slice(0, -1)) {
    const { attributes: found } = await core.files.lookup(root, { share, id }, name(segment));
    if (found?.type !== 'directory') return undefined;
    id = found.id;
  }
  return { place: { share, id }, last: name(segments.at(-1)!) };
}

async function make(world: World, path: string): Promise<void> {
  const { core } = world;
  const at = (await placeOf(world, path.replace(/\/$/, '')))!;
  if (path.endsWith('/')) await core.files.mkdir(root, at.place, at.last, { mode: 0o755 });
  else await core.files.create(root, at.place, at.last, { kind: 'guarded' }, { mode: 0o644 });
}

const kinds = ['create', 'remove', 'rename', 'over', 'put', 'put', 'write', 'chmod'] as const;

/** One change by another door; what stays is taken over at most. */
async function change(world: World, chance: Chance, stays: ReadonlySet<string>): Promise<void> {
  const { core, share } = world;
  const folder = chance.of(['', 'a/', 'b/']);
  const path = folder + chance.of(names);
  const at = await placeOf(world, path);
  if (at === undefined) return;
  const { place, last } = at;
  const isSteady = stays.has(path) || stays.has(`${path}/`);
  const to = chance.of(names);
  const kind = chance.of(kinds);
  try {
    if (kind === 'create') await core.files.create(root, place, last, { kind: 'guarded' }, { mode: 0o644 });
    if (kind === 'remove' && !isSteady) await core.files.remove(root, place, last);
    if (kind === 'rename' && !isSteady && !stays.has(`${folder + to}/`)) {
      await core.files.rename(root, place, last, place, name(to));
    }
    if (kind === 'over' && stays.has(path)) {
      const temporary = name(`new ${chance.below(1000)}`);
      await core.files.create(root, place, temporary, { kind: 'guarded' }, { mode: 0o644 });
      await core.files.rename(root, place, temporary, place, last);
    }
    if (kind === 'put' && !stays.has(`${path}/`)) {
      const body = bodyOf(Buffer.alloc(chance.of([0, 10, 20_000])));
      await core.objects.put(root, share, path, body, { headers: {}, user: {} });
    }
    if (kind === 'write' || kind === 'chmod') {
      const { attributes: file } = await core.files.lookup(root, place, last);
      if (file?.type !== 'file') return;
      const ref = { share, id: file.id };
      if (kind === 'chmod') await core.files.setattr(root, ref, { mode: 0o600 + chance.below(0o100) });
      else await core.files.write(root, ref, chance.below(100_000), [Buffer.alloc(100)], 'unstable');
    }
  } catch (error) {
    if (!isStorageError(error)) throw error;
  }
}

async function listed({ core, share }: World, request: { delimiter: string; limit: number; prefix: string }) {
  const found: string[] = [];
  for (let after = ''; ;) {
    const page = await core.objects.list(root, share, { ...request, after });
    found.push(...page.items.map((item) => (item.kind === 'object' ? item.object.key : item.prefix)));
    if (page.next === undefined) return found;
    after = page.next;
  }
}

async function readAll({ core, share }: World, directory: FileId): Promise<string[]> {
  const found: string[] = [];
  for (let cookie = 0n; ;) {
    const page = await core.files.readdir(root, { share, id: directory }, cookie, { limit: 7, attributes: true });
    found.push(...page.entries.map((entry) => Buffer.from(entry.name).toString()));
    const last = page.entries.at(-1);
    if (page.end || last === undefined) return found;
    cookie = last.cookie;
  }
}

const inBytes = (keys: Iterable<string>): string[] =>
  [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

describe('a directory that changes while it is read', () => {
  it('has all that stays among its keys, by every door, once', { timeout: 120_000 }, async () => {
    const volume = await volumes.open({ inlineBytes: 64 });
    let chance = new Chance(1);
    const faults: unknown[] = [];
    const core = await openCore(
      uneven(volume, () => chance),
      (error) => faults.push(error),
    );
    const { user } = await core.accounts.createUser({ tenant: 'default', name: 'alice' });
    let shares = 0;
    const numRuns = 60;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.subarray(names.filter((each) => each !== 'a' && each !== 'b')),
        fc.subarray([...names]),
        fc.record({
          limit: fc.integer({ min: 1, max: 6 }),
          delimiter: fc.constantFrom('', '/', '-', '.'),
          prefix: fc.constantFrom('', '', 'a', 'a/', 'a-'),
        }),
        async (seed, above, below, request) => {
          chance = new Chance(seed);
          shares += 1;
          const owned = { tenant: 'default', name: `files${shares}`, owner: user.id };
          const { id: share } = await core.shares.create(root, owned);
          const world: World = { core, share, top: core.files.root(share) };
          const keys = ['a/', 'b/', ...above, ...below.map((each) => `a/${each}`)];
          for (const key of keys) await make(world, key);
          const stays = new Set(keys);
          let done = false;
          const changing = Array.from({ length: 3 }, async (_, index) => {
            const own = new Chance(seed + 7919 * (index + 1));
            while (!done) await change(world, own, stays);
          });
          try {
            const [found, entries] = await Promise.all([listed(world, request), readAll(world, world.top.id)]);
            expect(found).toEqual(inBytes(new Set(found)));
            const wanted = keys.filter((key) => key.startsWith(request.prefix));
            const { delimiter } = request;
            for (const key of wanted) {
              const at = delimiter === '' ? -1 : key.indexOf(delimiter, request.prefix.length);
              expect(found).toContain(at < 0 ? key : key.slice(0, at + 1));
            }
            for (const each of ['a', 'b', ...above]) expect(entries.filter((entry) => entry === each)).toEqual([each]);
          } finally {
            done = true;
            await Promise.all(changing);
          }
        },
      ),
      { numRuns },
    );
    await core.close();
    expect(faults).toEqual([]);
    await volume.settled();
    expect((await volume.check()).problems).toEqual([]);
  });

  it('is listed from every name and in pages of every size as its sorted names are, while others come and go', async () => {
    const volume = await volumes.open();
    const steady = names.flatMap((each) => [each, `${each}x`, `${each}\u{ff}`, `${each}é`]);
    const sorted = inBytes(steady);
    for (const each of steady) await volume.create(call, volume.root, name(each), { kind: 'guarded' }, newFile);
    let done = false;
    const moving = Array.from({ length: 4 }, async (_, index) => {
      const chance = new Chance(index + 1);
      while (!done) {
        const passing = name(`${chance.of(names)}${chance.of(['!', '-', '.', 'w', 'y'])}${index}`);
        await volume.create(call, volume.root, passing, { kind: 'guarded' }, newFile);
        const moved = name(`${chance.of(names)}~${index}`);
        await volume.rename(call, volume.root, passing, volume.root, moved);
        await volume.unlink(call, volume.root, moved);
      }
    });
    try {
      for (let limit = 1; limit <= 9; limit += 1) {
        for (const start of ['', ...sorted]) {
          for (const inclusive of [true, false]) {
            if (limit % 3 === 0) volume.chill();
            const found: string[] = [];
            let from = name(start);
            let at = inclusive;
            for (;;) {
              const page = await volume.listByName(call, volume.root, from, at, { limit, attributes: true });
              expect(page.entries.length).toBeLessThanOrEqual(limit);
              found.push(...page.entries.map((entry) => Buffer.from(entry.name).toString()));
              const last = page.entries.at(-1);
              if (page.end || last === undefined) break;
              from = last.name;
              at = false;
            }
            const isWanted = (each: string): boolean => {
              const order = Buffer.compare(Buffer.from(each), Buffer.from(start));
              return order > 0 || (order === 0 && (inclusive || start === ''));
            };
            expect(found).toEqual(inBytes(new Set(found)));
            expect(found.filter((each) => steady.includes(each))).toEqual(sorted.filter(isWanted));
          }
        }
      }
    } finally {
      done = true;
      await Promise.all(moving);
    }
  });
});
