import { describe, expect, it } from 'vitest';
import type { Guard } from '../service/index.ts';
import { caller } from '../test/callers.ts';
import { TestClock } from '../test/clock.ts';
import type { GuardRequest } from './guards.ts';
import { isConflict } from './guards.ts';
import { StateTable } from './table.ts';

const read: GuardRequest = { volume: 'v', file: 1n, access: 'read', range: { start: 0, end: 9 } };

function entered(table: StateTable, request: GuardRequest): Guard {
  const result = table.enter(request);
  if (isConflict(result)) throw new Error(result.reason);
  return result;
}

describe('guards', () => {
  it('stand until they exit, once', () => {
    const table = new StateTable(new TestClock());
    const guards = [1, 2, 3].map(() => entered(table, read));
    expect(table.volume('v').guards.size).toBe(3);
    guards[1]?.exit();
    guards[1]?.exit();
    guards[0]?.exit();
    expect(table.volume('v').guards.size).toBe(1);
    guards[2]?.exit();
    expect(table.volume('v').guards.size).toBe(0);
    expect(table.volume('v').files.size).toBe(0);
  });

  it('of who changes bytes wait until all who hold writes have ended', () => {
    const table = new StateTable(new TestClock());
    const write: GuardRequest = { ...read, access: 'write' };
    const [first, second] = [table.holdWrites('v', 1n), table.holdWrites('v', 1n)];
    second?.exit();
    second?.exit();
    expect(isConflict(table.enter(write))).toBe(true);
    expect(isConflict(table.enter({ ...write, file: 2n }))).toBe(false);
    first?.exit();
    expect(isConflict(table.enter(write))).toBe(false);
  });

  it('are outlasted by those that wait for matching ones only', async () => {
    const table = new StateTable(new TestClock());
    const one = entered(table, read);
    entered(table, { ...read, file: 2n });
    let drained = false;
    const wait = table
      .volume('v')
      .guards.drained((request) => request.file === 1n)
      ?.then(() => (drained = true));
    await Promise.resolve();
    expect(drained).toBe(false);
    entered(table, read);
    one.exit();
    await wait;
    expect(drained).toBe(true);
    expect(table.volume('v').guards.drained((request) => request.file === 9n)).toBeUndefined();
  });

  it('wait for what settles, or say tryLater, by the caller’s patience', async () => {
    const clock = new TestClock();
    const table = new StateTable(clock);
    const { promise, resolve } = Promise.withResolvers<void>();
    const state = table.volume('v').fileFor({ share: 1, id: 1n });
    state.removing = promise;
    await expect(table.enterFor(caller(1, { patience: 'tryLater' }), read)).rejects.toMatchObject({ code: 'tryLater' });
    const late = table.enterFor(caller(1, { deadline: clock.monotonic() + 50 }), read);
    clock.advance(60);
    await expect(late).rejects.toMatchObject({ code: 'timedOut' });
    const stop = new AbortController();
    const aborted = table.enterFor(caller(1, { signal: stop.signal }), read);
    stop.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    const waiting = table.enterFor(caller(1), read);
    state.removing = undefined;
    resolve();
    (await waiting).exit();
    expect(table.volume('v').guards.size).toBe(0);
  });

  it('come all together or not at all', async () => {
    const table = new StateTable(new TestClock());
    table.volume('v').fileFor({ share: 1, id: 2n }).deletePending = true;
    const both = [read, { ...read, file: 2n, access: 'delete' as const }];
    await expect(table.enterAllFor(caller(1), both)).rejects.toMatchObject({ code: 'deletePending' });
    expect(table.volume('v').guards.size).toBe(0);
    const guard = await table.enterAllFor(caller(1), [read, { ...read, file: 3n }]);
    expect(table.volume('v').guards.size).toBe(2);
    guard.exit();
    expect(table.volume('v').guards.size).toBe(0);
  });
});
