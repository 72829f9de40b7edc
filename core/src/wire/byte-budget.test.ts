import { describe, expect, it } from 'vitest';
import { TestClock } from '../test/clock.ts';
import { type BudgetHolder, ByteBudget } from './byte-budget.ts';

function setUp() {
  const clock = new TestClock();
  const budget = new ByteBudget({ limit: 100, allowance: 10, stall: 1000, clock });
  const log: string[] = [];
  const open = (name: string, stalledSince?: number) => {
    const holder: BudgetHolder = {
      stalledSince: () => stalledSince,
      resume: () => log.push(`${name} resumes`),
      evict: () => {
        log.push(`${name} is cut off`);
        account.give(held);
        account.close();
      },
    };
    const account = budget.open(holder);
    let held = 0;
    return {
      account,
      take(bytes: number) {
        held += bytes;
        account.take(bytes);
      },
    };
  };
  return { clock, budget, log, open };
}

const settle = () => new Promise<void>((resolve) => queueMicrotask(resolve));

describe('ByteBudget', () => {
  it('leaves each connection its allowance when the common part is used up', () => {
    const { budget, open } = setUp();
    const greedy = open('greedy');
    greedy.take(110);
    expect(budget.used).toBe(100);
    const other = open('other');
    expect(other.account.fits(10)).toBe(true);
    expect(other.account.fits(11)).toBe(false);
  });

  it('wakes in order, as far as the bytes go', async () => {
    const { log, open } = setUp();
    const greedy = open('greedy');
    greedy.take(110);
    const a = open('a');
    const b = open('b');
    a.account.wait(60);
    b.account.wait(20);
    greedy.account.give(40);
    await settle();
    expect(log).toEqual([]);
    greedy.account.give(10);
    await settle();
    expect(log).toEqual(['a resumes', 'b resumes']);
  });

  it('cuts off stalled peers, the longest first, only while others wait and only as many as needed', async () => {
    const { clock, log, open } = setUp();
    open('late', 500).take(40);
    open('early', 100).take(60);
    open('busy').take(30);
    clock.advance(5000);
    expect(log).toEqual([]);
    open('waiter').account.wait(50);
    clock.advance(1000);
    await settle();
    expect(log).toEqual(['early is cut off', 'waiter resumes']);
  });

  it('forgets a connection that is gone', async () => {
    const { budget, log, open } = setUp();
    const greedy = open('greedy');
    greedy.take(110);
    const gone = open('gone');
    gone.account.wait(20);
    gone.account.close();
    greedy.account.give(110);
    await settle();
    expect(log).toEqual([]);
    expect(budget.used).toBe(0);
  });
});
