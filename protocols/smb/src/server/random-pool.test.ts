import { describe, expect, it } from 'vitest';
import { randomPool } from './random-pool.ts';

describe('random bytes', () => {
  it('are as many as were asked for, and never the same', () => {
    const random = randomPool();
    const seen = new Set<string>();
    const lengths = Array.from({ length: 2000 }, (_, index) => [16, 32, 8, 2000][index % 4]!);
    for (const length of lengths) {
      const bytes = random(length);
      expect(bytes.length).toBe(length);
      seen.add(Buffer.from(bytes).toString('hex'));
    }
    expect(seen.size).toBe(lengths.length);
  });

  it('stay what they were when others are taken', () => {
    const random = randomPool();
    const first = random(16);
    const copy = Buffer.from(first);
    for (let index = 0; index < 1000; index++) random(32);
    expect(Buffer.from(first).equals(copy)).toBe(true);
  });
});
