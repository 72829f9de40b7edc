import { describe, expect, it } from 'vitest';
import { bytesOf, parseBytes, parseCount } from './numbers.ts';

describe('sizes', () => {
  it.each([
    ['0', 0],
    ['500000', 500_000],
    ['12B', 12],
    ['1k', 1024],
    ['100G', 100 * 2 ** 30],
    ['1.5 TiB', 1.5 * 2 ** 40],
    ['3mb', 3 * 2 ** 20],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'G', '-1', '1 X', '1e9', '99999P'])('refuses %s', (text) => {
    expect(bytesOf(text)).toBeUndefined();
    expect(() => parseBytes(text)).toThrow();
  });

  it('counts in whole numbers', () => {
    expect(parseCount('12')).toBe(12);
    expect(() => parseCount('1.5')).toThrow();
  });
});
