import { describe, expect, test } from 'vitest';
import { Recent } from './recent.ts';

describe('what was used last', () => {
  test('get_withinTheBound_findsAll', () => {
    const recent = new Recent<number, string>(3);
    for (const key of [1, 2, 3]) recent.set(key, `${key}`);
    expect([1, 2, 3].map((key) => recent.get(key))).toEqual(['1', '2', '3']);
  });

  test('set_manyMore_keepsAtMostTwiceTheBoundAndTheLastOnes', () => {
    const recent = new Recent<number, number>(10);
    for (let key = 0; key < 1000; key += 1) recent.set(key, key);
    const kept = Array.from({ length: 1000 }, (_, key) => key).filter((key) => recent.get(key) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(20);
    for (let key = 990; key < 1000; key += 1) expect(recent.get(key)).toBe(key);
  });

  test('get_olderEntry_keepsIt', () => {
    const recent = new Recent<string, number>(2);
    recent.set('kept', 1);
    for (let round = 0; round < 20; round += 1) {
      recent.set(`other ${round}`, round);
      expect(recent.get('kept')).toBe(1);
    }
  });

  test('delete_inEitherHalf_takesItAway', () => {
    const recent = new Recent<number, number>(1);
    recent.set(1, 1);
    recent.set(2, 2);
    recent.delete(1);
    recent.delete(2);
    expect([recent.get(1), recent.get(2)]).toEqual([undefined, undefined]);
  });
});
