import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LockMode } from '../src/service/index.ts';
import { isStorageError } from '../src/spi/index.ts';
import { caller } from '../src/test/callers.ts';
import { makeWorld } from './world.ts';

const owners = ['a', 'b', 'c', 'd'];

const step = fc.record({
  act: fc.constantFrom('lock', 'wait', 'wait', 'unlock', 'give up'),
  owner: fc.constantFrom(...owners),
  file: fc.integer({ min: 0, max: 1 }),
  mode: fc.constantFrom<LockMode>('shared', 'exclusive'),
  start: fc.integer({ min: 0, max: 4 }),
  length: fc.integer({ min: 1, max: 3 }),
});

describe('waiting for locks', () => {
  it('leaves nobody waiting for nothing, and nobody in a circle', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const world = await makeWorld();
        const files = [await world.file('0'), await world.file('1')];
        const { state, parts } = world;
        const waiting: { readonly stop: AbortController; readonly done: Promise<string> }[] = [];
        const turns = async () => {
          for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
        };
        for (const { act, owner, file: index, mode, start, length } of steps) {
          const file = files[index]!;
          const range = { start: BigInt(start), end: BigInt(start + length - 1) };
          const opener = { client: 'host', owner };
          if (act === 'unlock') {
            state.unlock(file, { kind: 'posix', range, opener });
          } else if (act === 'give up') {
            waiting[start % Math.max(1, waiting.length)]?.stop.abort();
          } else {
            const stop = new AbortController();
            const request = { kind: 'posix' as const, mode, range, opener, wait: act === 'wait' };
            const done = state.lock(caller(0, { signal: stop.signal }), file, request).then(
              (conflict) => (conflict === undefined ? 'granted' : 'conflict'),
              (error: unknown) => (isStorageError(error) ? error.code : Promise.reject(error as Error)),
            );
            waiting.push({ stop, done });
          }
          await turns();
          for (const held of parts.table.volume('v').files.values()) {
            for (const waiter of held.waiters) {
              expect(held.locks.firstConflict(waiter.ask)).toBeDefined();
              expect(parts.table.queues.wouldDeadlock(held, waiter.ask)).toBe(false);
            }
            const locks = held.locks.all();
            for (const [at, lock] of locks.entries()) {
              for (const other of locks.slice(at + 1)) {
                const apart = lock.range.end < other.range.start || other.range.end < lock.range.start;
                const friends =
                  lock.mode === 'shared' && other.mode === 'shared' && lock.opener.owner !== other.opener.owner;
                expect(apart || friends).toBe(true);
              }
            }
          }
        }
        // Once everybody has let go, everybody is served.
        for (let round = 0; round <= steps.length; round += 1) {
          for (const file of files) {
            for (const owner of owners) {
              state.unlock(file, { kind: 'posix', range: { start: 0n, end: 10n }, opener: { client: 'host', owner } });
              await turns();
            }
          }
        }
        const outcomes = await Promise.all(waiting.map(({ done }) => done));
        for (const outcome of outcomes) expect(['granted', 'conflict', 'deadlock', 'aborted']).toContain(outcome);
        expect(parts.table.queues.size).toBe(0);
        expect(parts.table.volume('v').files.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
