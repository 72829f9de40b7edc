import { describe, expect, test } from 'vitest';
import { assertRange, assertReach, RangeGate } from './ranges.ts';

describe('ranges', () => {
  test.each([[-1], [0.5], [Number.NaN], [2 ** 53]])('assertRange_%d_isInvalid', (bad) => {
    expect(() => assertRange(0, bad)).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => assertRange(bad, 0)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('assertReach_pastTheLargestFile_isTooLarge', () => {
    expect(() => assertReach(90, 10, 100)).not.toThrow();
    expect(() => assertReach(90, 11, 100)).toThrow(expect.objectContaining({ code: 'tooLarge' }));
  });

  test('gate_overlapping_goOneAfterAnotherAndOthersAtOnce', async () => {
    const gate = new RangeGate();
    const log: string[] = [];
    const held = Promise.withResolvers<void>();
    const step = (name: string, until?: Promise<void>) => async (): Promise<void> => {
      log.push(`${name} begins`);
      await until;
      log.push(`${name} ends`);
    };
    const all = [
      gate.during(0, 10, step('a', held.promise)),
      gate.during(5, 10, step('b')),
      gate.during(10, 5, step('c')),
      gate.during(20, 5, step('d')),
    ];
    await new Promise(setImmediate);
    expect(log).toEqual(['a begins', 'd begins', 'd ends']);
    held.resolve();
    await Promise.all(all);
    expect(log.slice(3)).toEqual(['a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('gate_afterFailure_isFree', async () => {
    const gate = new RangeGate();
    await expect(gate.during(0, 10, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.during(0, 10, async () => 'done')).toBe('done');
  });
});
