import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PayloadBuffers } from './payload-buffers.ts';

test('gives back what was given, of the same size, as long as that may be kept', () => {
  const buffers = new PayloadBuffers(3 * 1024 * 1024);
  const first = buffers.take(1_000_000);
  expect(first.length).toBe(1_048_576);
  buffers.give(first);
  expect(buffers.retained).toBe(1_048_576);
  expect(buffers.take(70_000)).not.toBe(first);
  expect(buffers.take(600_000)).toBe(first);
  expect(buffers.retained).toBe(0);
});

test('never lends one buffer twice, holds what is asked for, and keeps no more than it may', () => {
  const step = fc.record({ take: fc.boolean(), length: fc.integer({ min: 1, max: 400_000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const buffers = new PayloadBuffers(1_000_000);
      const lent: Uint8Array[] = [];
      for (const { take, length } of steps) {
        if (take || lent.length === 0) {
          const buffer = buffers.take(length);
          expect(buffer.length).toBeGreaterThanOrEqual(length);
          expect(lent.includes(buffer)).toBe(false);
          lent.push(buffer);
        } else buffers.give(lent.pop()!);
        expect(buffers.retained).toBeLessThanOrEqual(1_000_000);
      }
    }),
    { numRuns: 50 },
  );
});
