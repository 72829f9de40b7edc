import { describe, expect, test } from 'vitest';
import { cookieOf, hashBefore, positionOf } from './cookies.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** `dir_result_t::make_fpos(hash, low, true)`. */
const position = (hash: bigint, low: bigint): bigint => (0xffn << 52n) | (hash << 28n) | low;

describe('cookies', () => {
  test('hashBefore_nextPosition_isTheEntrysHash', () => {
    expect(hashBefore(position(0xabcdefn, 2n) + 1n)).toBe(0xabcdefn);
    expect(hashBefore(position(0xffffffn, 0xfffffffn) + 1n)).toBe(0xffffffn);
  });

  test('positionOf_cookie_isWhereItsHashBegins', () => {
    for (const hash of [0n, 1n, 0x123456n, 0xffffffn]) {
      expect(positionOf(cookieOf(hash, bytes('name')))).toBe(position(hash, 0n));
    }
    expect(positionOf(0n)).toBe(0n);
  });

  test('cookies_ofOneHash_differAndStayInOrderOfHashes', () => {
    const cookies = Array.from({ length: 1000 }, (_, index) => cookieOf(7n, bytes(`name-${index}`)));
    expect(new Set(cookies).size).toBe(1000);
    for (const cookie of cookies) {
      expect(cookie).toBeGreaterThan(cookieOf(6n, bytes('z')));
      expect(cookie).toBeLessThan(cookieOf(8n, bytes('a')));
      expect(cookie).toBeGreaterThanOrEqual(3n);
      expect(cookie).toBeLessThan(2n ** 63n);
    }
  });

  test.each([-1n, 1n, 2n, 2n ** 61n, 2n ** 63n, 2n ** 64n])('positionOf_%s_isBadCookie', (cookie) => {
    expect(() => positionOf(cookie)).toThrow(expect.objectContaining({ code: 'badCookie' }));
  });
});
