import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRanges } from './ranges.ts';

it.each([
  ['bytes=0-4', [{ start: 0, end: 5 }]],
  ['bytes=5-', [{ start: 5, end: 10 }]],
  ['bytes=-3', [{ start: 7, end: 10 }]],
  ['bytes=-30', [{ start: 0, end: 10 }]],
  ['bytes=8-30', [{ start: 8, end: 10 }]],
  [
    'bytes=0-0, 2-3,-1',
    [
      { start: 0, end: 1 },
      { start: 2, end: 4 },
      { start: 9, end: 10 },
    ],
  ],
  ['bytes=10-', []],
  ['bytes=-0', []],
  ['bytes=10-12,1-1', [{ start: 1, end: 2 }]],
  ['bytes=3-2', undefined],
  ['bytes=-', undefined],
  ['bytes=a-b', undefined],
  ['lines=0-1', undefined],
  ['bytes=0-1;2-3', undefined],
  [`bytes=${'0-1,'.repeat(51)}0-1`, undefined],
])('%s of ten bytes', (header, ranges) => {
  expect(parseRanges(header, 10)).toEqual(ranges);
});

it('gives no bytes that are not there', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^bytes=[0-9,-]{0,30}$/),
      fc.nat(1000),
      (header, size) =>
        parseRanges(header, size)?.every(({ start, end }) => 0 <= start && start < end && end <= size) !== false,
    ),
  );
});

it('takes a moment for spaces without end', () => {
  const before = performance.now();
  for (let time = 0; time < 20; time += 1) expect(parseRanges(`bytes=${' '.repeat(15_000)}1`, 10)).toBeUndefined();
  expect(performance.now() - before).toBeLessThan(1000);
});
