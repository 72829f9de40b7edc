import { describe, expect, test } from 'vitest';
import { MadeOf } from './made-of.ts';

describe('what was made of objects', () => {
  test('get_isThatOfTheObject', () => {
    const made = new MadeOf<object, number>(100);
    const [one, other] = [{ n: 1 }, { n: 1 }];
    made.set(one, 1, 10);
    expect([made.get(one), made.get(other)]).toEqual([1, undefined]);
    made.set(one, 2, 10);
    expect(made.get(one)).toBe(2);
  });

  test('set_aboveTheLimit_keepsTheLastAndNoMore', () => {
    const made = new MadeOf<object, number>(100);
    const all = Array.from({ length: 50 }, (_, index) => ({ index }));
    for (const [index, of] of all.entries()) made.set(of, index, 10);
    const kept = all.filter((of) => made.get(of) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept.at(-1)).toBe(all.at(-1));
  });

  test('used_isKept', () => {
    const made = new MadeOf<object, number>(100);
    const kept = {};
    made.set(kept, 1, 10);
    for (let index = 0; index < 50; index += 1) {
      made.set({}, index, 10);
      expect(made.get(kept)).toBe(1);
      made.used(kept, 1, 10);
    }
  });

  test('set_moreThanHalf_isNotKept', () => {
    const made = new MadeOf<object, number>(100);
    const [small, large] = [{}, {}];
    made.set(small, 1, 10);
    made.set(large, 2, 51);
    expect([made.get(small), made.get(large)]).toEqual([1, undefined]);
  });
});
