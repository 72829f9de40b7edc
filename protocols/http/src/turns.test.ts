import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

/** How many of so many writers, each of 100 bytes, have gone after each turn of the loop. */
async function progress(turns: Turns, writers: number, each: () => void = () => undefined): Promise<number[]> {
  let gone = 0;
  for (let index = 0; index < writers; index++) {
    const turn = turns.next(100, index % 2 === 0);
    if (turn === undefined) gone++;
    else void turn.then(() => gone++);
  }
  const seen = [gone];
  while (gone < writers) {
    each();
    await setImmediate();
    seen.push(gone);
  }
  return seen;
}

it('a turn of the loop writes so much, and all come to write', async () => {
  const seen = await progress(new Turns(1000), 45);
  expect(seen[0]).toBe(10);
  for (let turn = 1; turn < seen.length; turn++) expect(seen[turn]! - seen[turn - 1]!).toBeLessThanOrEqual(10);
  expect(seen.length).toBeLessThanOrEqual(7);
});

it('turns are short while connections come in', async () => {
  const turns = new Turns(3200);
  const seen = await progress(turns, 64, () => turns.accepted());
  for (let turn = 2; turn < seen.length; turn++) expect(seen[turn]! - seen[turn - 1]!).toBeLessThanOrEqual(2);
  expect(turns.waiting).toBe(0);
});

it('those that begin do not wait for all that go on', async () => {
  const turns = new Turns(200);
  const order: string[] = [];
  expect(turns.next(200, false)).toBeUndefined();
  for (let index = 0; index < 10; index++) void turns.next(100, false)?.then(() => order.push('old'));
  void turns.next(100, true)?.then(() => order.push('new'));
  while (turns.waiting > 0) await setImmediate();
  expect(order.indexOf('new')).toBeLessThanOrEqual(1);
});
