import { describe, expect, it } from 'vitest';
import { TestClock } from '@polynas/core/testing';
import { ReplayCache } from './replay-cache.ts';

const identity = { address: '192.0.2.1', xid: 7, program: 100003, version: 3, procedure: 12 };
const args = Uint8Array.of(1, 2, 3);
const reply = Uint8Array.of(9);

function cache(options: { entries?: number; bytes?: number; age?: number } = {}) {
  const clock = new TestClock();
  return { clock, replays: new ReplayCache({ entries: 10, bytes: 10_000, age: 1000, clock, ...options }) };
}

function execute(replays: ReplayCache, xid: number, bytes: Uint8Array = args): string {
  const seen = replays.begin({ ...identity, xid }, bytes);
  if (seen.state === 'new') replays.settle(seen.ticket, reply);
  return seen.state;
}

describe('ReplayCache', () => {
  it('answers a retransmission with the first reply', () => {
    const { replays } = cache();
    expect(execute(replays, 1)).toBe('new');
    expect(replays.begin({ ...identity, xid: 1 }, args)).toEqual({ state: 'done', reply });
  });

  it('tells calls apart by address, xid, procedure and arguments', () => {
    const { replays } = cache();
    execute(replays, 1);
    expect(execute(replays, 2)).toBe('new');
    expect(execute(replays, 1, Uint8Array.of(1, 2, 4))).toBe('new');
    expect(replays.begin({ ...identity, xid: 1, address: '192.0.2.2' }, args).state).toBe('new');
    expect(replays.begin({ ...identity, xid: 1, procedure: 13 }, args).state).toBe('new');
  });

  it('looks at short arguments as a whole, at both ends of long ones', () => {
    const { replays } = cache({ bytes: 100_000, entries: 100 });
    const short = new Uint8Array(4096);
    expect(execute(replays, 1, short)).toBe('new');
    expect(execute(replays, 1, short.with(2000, 1))).toBe('new');
    const long = new Uint8Array(100_000);
    expect(execute(replays, 1, long)).toBe('new');
    expect(execute(replays, 1, long.with(99_999, 1))).toBe('new');
    expect(execute(replays, 1, long.with(0, 1))).toBe('new');
    expect(execute(replays, 1, long.subarray(1))).toBe('new');
    expect(execute(replays, 1, long.slice())).toBe('done');
  });

  it('holds retransmissions of a running call, up to a bound', () => {
    const { replays } = cache();
    const first = replays.begin(identity, args);
    if (first.state !== 'new') throw new Error('not new');
    const answers: number[] = [];
    for (let index = 0; index < 6; index++) {
      const seen = replays.begin(identity, args);
      if (seen.state !== 'busy') throw new Error('not busy');
      expect(replays.join(seen.ticket, () => answers.push(index))).toBe(index < 4);
    }
    replays.settle(first.ticket, reply);
    expect(answers).toEqual([0, 1, 2, 3]);
  });

  it('executes again what failed before it was executed', () => {
    const { replays } = cache();
    const first = replays.begin(identity, args);
    if (first.state !== 'new') throw new Error('not new');
    replays.abandon(first.ticket, reply);
    expect(replays.begin(identity, args).state).toBe('new');
  });

  it('is bounded by entries, bytes and age', () => {
    const few = cache({ entries: 3 });
    for (let xid = 0; xid < 10; xid++) execute(few.replays, xid);
    expect(few.replays.size).toBe(3);
    expect(execute(few.replays, 6)).toBe('new');
    expect(execute(few.replays, 9)).toBe('done');

    const small = cache({ bytes: 600 });
    for (let xid = 0; xid < 10; xid++) execute(small.replays, xid);
    expect(small.replays.size).toBe(2);

    const old = cache();
    execute(old.replays, 1);
    old.clock.advance(999);
    expect(execute(old.replays, 1)).toBe('done');
    old.clock.advance(1);
    expect(execute(old.replays, 1)).toBe('new');
  });
});
