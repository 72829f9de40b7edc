import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LockMode, Open, Opener } from '../src/service/index.ts';
import { access } from '../src/service/index.ts';
import type { ByteRange, LocksGroup, Volume } from '../src/spi/index.ts';
import { StorageError } from '../src/spi/index.ts';
import { afterStep, coverageOf, stepsBetween } from '../src/state/lock-coverage.ts';
import { caller } from '../src/test/callers.ts';
import { cephFlavour } from './flavour.ts';
import { changedCalls } from './changed-calls.ts';
import type { World } from './world.ts';
import { makeWorld } from './world.ts';

type Kind = Parameters<LocksGroup['lock']>[4];
interface Held {
  readonly owner: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly mode: LockMode;
}

/** The locks of a cluster, ours (`head`) and those of another client. */
class Cluster {
  held: Held[] = [];
  fails: StorageError | undefined = undefined;

  inWay(owner: string, start: bigint, end: bigint, kind: Kind): Held | undefined {
    return this.held.find(
      (held) =>
        held.owner !== owner &&
        held.start <= end &&
        start <= held.end &&
        kind !== 'unlock' &&
        (kind === 'exclusive' || held.mode === 'exclusive'),
    );
  }

  lock(owner: string, start: bigint, end: bigint, kind: Kind): boolean {
    if (this.inWay(owner, start, end, kind) !== undefined) return false;
    this.held = this.held.flatMap((held) => {
      if (held.owner !== owner || held.start > end || start > held.end) return [held];
      const left = held.start < start ? [{ ...held, end: start - 1n }] : [];
      return held.end > end ? [...left, { ...held, start: end + 1n }] : left;
    });
    if (kind !== 'unlock') this.held.push({ owner, start, end, mode: kind });
    return true;
  }

  ours(): [number, number, LockMode][] {
    const spans = coverageOf(
      this.held
        .filter(({ owner }) => owner === 'head')
        .map(({ start, end, mode }) => ({ range: { start, end }, mode })),
    );
    return spans.map(({ start, end, mode }) => [Number(start), Number(end), mode]);
  }

  group(): LocksGroup {
    return {
      lock: async (_call, _id: ByteRange['id'], owner, { start, end }, kind) => {
        await new Promise(setImmediate);
        if (this.fails !== undefined) throw this.fails;
        expect(owner).toBe(1n);
        return this.lock('head', start, end, kind);
      },
      test: async (_call, _id, owner, { start, end }, kind) => {
        expect(owner).toBe(1n);
        const held = this.inWay('head', start, end, kind);
        return held && { start: held.start, end: held.end, kind: held.mode };
      },
    };
  }
}

async function makeShared() {
  const cluster = new Cluster();
  const world = await makeWorld({
    ...cephFlavour,
    traits: { ...cephFlavour.traits, writers: 'shared' },
    wrap: (volume: Volume) => changedCalls(volume, { locks: cluster.group() }),
  });
  return { cluster, world, file: await world.file('f', { mode: 0o666 }) };
}

const opener = (owner: string): Opener => ({ client: 'host', owner });
const range = (start: number, end: number) => ({ start: BigInt(start), end: BigInt(end) });
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

const posix = (
  world: World,
  file: { share: number; id: bigint },
  owner: string,
  mode: LockMode,
  start: number,
  end: number,
  wait = false,
  signal?: AbortSignal,
) =>
  world.state.lock(caller(0, signal === undefined ? {} : { signal }), file, {
    kind: 'posix',
    mode,
    range: range(start, end),
    opener: opener(owner),
    wait,
  });
const unlock = (world: World, file: { share: number; id: bigint }, owner: string, start: number, end: number) =>
  world.state.unlock(file, { kind: 'posix', range: range(start, end), opener: opener(owner) });

describe('locks on a volume that others write, too', () => {
  it('are had there before they are here, and given back with the last of ours', async () => {
    const { cluster, world, file } = await makeShared();
    expect(await posix(world, file, 'a', 'shared', 0, 9)).toBeUndefined();
    expect(await posix(world, file, 'b', 'shared', 5, 19)).toBeUndefined();
    expect(cluster.ours()).toEqual([[0, 19, 'shared']]);
    expect(await posix(world, file, 'b', 'exclusive', 15, 19)).toBeUndefined();
    expect(cluster.ours()).toEqual([
      [0, 14, 'shared'],
      [15, 19, 'exclusive'],
    ]);
    unlock(world, file, 'a', 0, 9);
    await settled();
    expect(cluster.ours()).toEqual([
      [5, 14, 'shared'],
      [15, 19, 'exclusive'],
    ]);
    unlock(world, file, 'b', 0, 100);
    await settled();
    expect(cluster.held).toEqual([]);
  });

  it('are refused for those of another client, and nothing of ours is lost by it', async () => {
    const { cluster, world, file } = await makeShared();
    await posix(world, file, 'a', 'shared', 0, 9);
    cluster.lock('other', 5n, 30n, 'shared');
    expect(await posix(world, file, 'a', 'exclusive', 0, 20)).toMatchObject({
      holder: { client: 'another client of the volume' },
    });
    expect(await posix(world, file, 'b', 'exclusive', 0, 9)).toMatchObject({ holder: opener('a') });
    await settled();
    expect(cluster.ours()).toEqual([[0, 9, 'shared']]);
    const test = (owner: string, start: number, end: number) =>
      world.state.testLock(caller(0), file, { mode: 'exclusive', range: range(start, end), opener: opener(owner) });
    expect(await test('b', 0, 9)).toMatchObject({ holder: opener('a'), mode: 'shared', range: range(0, 9) });
    expect(await test('a', 0, 9)).toEqual({
      holder: { client: 'another client of the volume', owner: '' },
      mode: 'shared',
      range: range(5, 30),
    });
    expect(await test('a', 0, 4)).toBeUndefined();
    cluster.lock('other', 0n, 100n, 'unlock');
    expect(await posix(world, file, 'a', 'exclusive', 0, 20)).toBeUndefined();
  });

  it('are waited for, until they are free or nobody waits any more', async () => {
    const { cluster, world, file } = await makeShared();
    cluster.lock('other', 0n, 9n, 'exclusive');
    let isTaken = false;
    const waiting = posix(world, file, 'a', 'exclusive', 0, 9, true).then(() => (isTaken = true));
    const gone = new AbortController();
    const given = posix(world, file, 'b', 'exclusive', 5, 6, true, gone.signal);
    await settled();
    expect(isTaken).toBe(false);
    gone.abort();
    await expect(given).rejects.toMatchObject({ code: 'aborted' });
    cluster.lock('other', 0n, 9n, 'unlock');
    world.clock.advance(1000);
    await settled();
    await waiting;
    await settled();
    expect(cluster.ours()).toEqual([[0, 9, 'exclusive']]);
  });

  it('of SMB go with their open', async () => {
    const { cluster, world, file } = await makeShared();
    const smb = caller(0, { door: 'smb', stateless: false });
    const opens: Open[] = [];
    for (const owner of ['a', 'b']) {
      opens.push(await world.state.open(smb, file, { access: access.readData, deny: 0, opener: opener(owner) }));
    }
    for (const open of opens) {
      const request = {
        kind: 'smb',
        mode: 'shared',
        range: range(0, 9),
        opener: open.opener,
        open,
        wait: false,
      } as const;
      expect(await world.state.lock(smb, file, request)).toBeUndefined();
    }
    await opens[0]!.close();
    await settled();
    expect(cluster.ours()).toEqual([[0, 9, 'shared']]);
    await opens[1]!.close();
    await settled();
    expect(cluster.held).toEqual([]);
    expect(world.parts.table.volume('v').files.size).toBe(0);
  });

  it("that the backend fails to take are nobody's, and are given back", async () => {
    const { cluster, world, file } = await makeShared();
    cluster.fails = new StorageError('unavailable');
    await expect(posix(world, file, 'a', 'exclusive', 0, 9)).rejects.toMatchObject({ code: 'unavailable' });
    await settled();
    expect(world.reported).not.toEqual([]);
    cluster.fails = undefined;
    expect(await posix(world, file, 'b', 'shared', 5, 9)).toBeUndefined();
    await settled();
    expect(cluster.ours()).toEqual([[5, 9, 'shared']]);
    const asked = { mode: 'exclusive', range: range(0, 4), opener: opener('c') } as const;
    expect(await world.state.testLock(caller(0), file, asked)).toBeUndefined();
  });

  it('come to be the same in the backend as here, whatever comes at once', async () => {
    const step = fc.record({
      what: fc.constantFrom('shared', 'exclusive', 'unlock', 'other', 'otherEnds'),
      owner: fc.constantFrom('a', 'b', 'c'),
      start: fc.nat(12),
      length: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 10 }), async (rounds) => {
        const { cluster, world, file } = await makeShared();
        for (const round of rounds) {
          await Promise.all(
            round.map(async ({ what, owner, start, length }) => {
              const end = start + length - 1;
              if (what === 'unlock') unlock(world, file, owner, start, end);
              else if (what === 'other')
                cluster.lock('other', BigInt(start), BigInt(end), length % 2 ? 'shared' : 'exclusive');
              else if (what === 'otherEnds') cluster.lock('other', 0n, 100n, 'unlock');
              else await posix(world, file, owner, what === 'shared' ? 'shared' : 'exclusive', start, end);
            }),
          );
          await settled();
          const held = world.parts.table.volume('v').file({ file: file.id })?.locks.all() ?? [];
          expect(cluster.ours()).toEqual(
            coverageOf(held).map(({ start, end, mode }) => [Number(start), Number(end), mode]),
          );
        }
        expect(world.reported).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

it('the steps from one coverage to another lead there, and take before they give', () => {
  const lock = fc.record({
    range: fc
      .tuple(fc.nat(20), fc.integer({ min: 0, max: 8 }))
      .map(([start, length]) => range(start, start + length - 1)),
    mode: fc.constantFrom<LockMode>('shared', 'exclusive'),
  });
  fc.assert(
    fc.property(fc.array(lock), fc.array(lock), (before, after) => {
      const [held, wanted] = [coverageOf(before), coverageOf(after)];
      const steps = stepsBetween(held, wanted);
      const reached = steps.reduce((spans, each) => afterStep(spans, each), held);
      expect(coverageOf(reached.map(({ start, end, mode }) => ({ range: { start, end }, mode })))).toEqual(wanted);
      const firstGiven = steps.findIndex(({ kind }) => kind === 'unlock');
      if (firstGiven >= 0) expect(steps.slice(firstGiven).every(({ kind }) => kind !== 'exclusive')).toBe(true);
    }),
  );
});
