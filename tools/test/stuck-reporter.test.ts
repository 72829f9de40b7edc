import { expect, it } from 'vitest';
import { Running } from '../stuck-reporter.mjs';

it('names what has been running for a minute, until it ends', () => {
  const running = new Running();
  running.begin('slow', 1_000);
  running.begin('quick', 2_000);
  running.begin('young', 50_000);
  expect(running.lines(60_000)).toEqual([]);
  running.end('quick');
  expect(running.lines(91_400)).toEqual(['still running after 90 s: slow']);
  running.end('slow');
  expect(running.lines(100_000)).toEqual([]);
});
