import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeldRanges } from './held-ranges.ts';

describe('HeldRanges', () => {
  test('set_withinAnother_splitsIt', () => {
    const held = new HeldRanges();
    held.set(1n, 0n, 99n, 'exclusive');
    held.set(1n, 10n, 19n, 'shared');
    held.set(1n, 50n, 59n, 'unlock');
    held.set(2n, 0n, 5n, 'shared');
    const shown = [...held.all()].map(({ owner, start, end, kind }) => `${owner} ${start}-${end} ${kind}`).toSorted();
    expect(shown).toEqual([
      '1 0-9 exclusive',
      '1 10-19 shared',
      '1 20-49 exclusive',
      '1 60-99 exclusive',
      '2 0-5 shared',
    ]);
    held.set(1n, 0n, 2n ** 63n, 'unlock');
    held.set(2n, 0n, 5n, 'unlock');
    expect(held.empty).toBe(true);
  });

  test('anySequence_equalsBytes', () => {
    const change = fc.record({
      owner: fc.bigInt(1n, 2n),
      start: fc.nat(30),
      length: fc.integer({ min: 1, max: 10 }),
      kind: fc.constantFrom('shared' as const, 'exclusive' as const, 'unlock' as const),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const held = new HeldRanges();
        const bytes = new Map<string, string>();
        for (const { owner, start, length, kind } of changes) {
          held.set(owner, BigInt(start), BigInt(start + length - 1), kind);
          for (let at = start; at < start + length; at += 1) {
            if (kind === 'unlock') bytes.delete(`${owner} ${at}`);
            else bytes.set(`${owner} ${at}`, kind);
          }
        }
        const seen = new Map<string, string>();
        for (const { owner, start, end, kind } of held.all()) {
          for (let at = start; at <= end; at += 1n) seen.set(`${owner} ${at}`, kind);
        }
        expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(bytes));
        expect(held.empty).toBe(bytes.size === 0);
      }),
    );
  });
});
