import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FoldedMarks } from './folded-marks.ts';

describe('marks of names', () => {
  it('tell what is there as a count of each name does, however many come and go', () => {
    const name = fc.integer({ min: 0, max: 400 }).map((number) => `NAME ${number}`);
    const step = fc.record({ what: fc.constantFrom('add', 'add', 'remove', 'forget'), name });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 2_000, size: 'max' }), (steps) => {
        const marks = new FoldedMarks();
        const model = new Map<string, number>();
        for (const { what, name: each } of steps) {
          const count = model.get(each) ?? 0;
          if (what === 'add') {
            marks.add(each);
            model.set(each, count + 1);
          } else if (what === 'forget') {
            marks.forget(each);
            model.delete(each);
          } else if (count > 0) {
            marks.remove(each);
            model.set(each, count - 1);
          }
        }
        for (let number = 0; number <= 400; number += 1) {
          expect(marks.has(`NAME ${number}`)).toBe((model.get(`NAME ${number}`) ?? 0) > 0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are told apart, take little, and stay where there are too many of one', () => {
    const marks = new FoldedMarks();
    for (let number = 0; number < 200_000; number += 1) marks.add(`IMG_${number}.JPG`);
    for (let number = 200_000; number < 400_000; number += 1) {
      if (marks.has(`IMG_${number}.JPG`)) throw new Error(`two names with one mark: ${number}`);
    }
    expect(marks.bytes).toBeLessThan(200_000 * 25);
    for (let number = 0; number < 300; number += 1) marks.add('SAME');
    for (let number = 0; number < 300; number += 1) marks.remove('SAME');
    expect(marks.has('SAME')).toBe(true);
    marks.forget('SAME');
    expect(marks.has('SAME')).toBe(false);
  });
});
