import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortHmac } from './short-hmac.ts';

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

describe('HMAC of short messages', () => {
  it('gives the values of RFC 2202 §2 and RFC 4231 §4.3', () => {
    const message = Buffer.from('what do ya want for nothing?');
    expect(hex(shortHmac('md5', Buffer.from('Jefe'), message))).toBe('750c783e6ab0b503eaa86e310a5db738');
    expect(hex(shortHmac('sha256', Buffer.from('Jefe'), message))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('is that of OpenSSL, however the message is cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }),
        (key, parts) => {
          for (const digest of ['md5', 'sha256'] as const) {
            const expected = createHmac(digest, key).update(Buffer.concat(parts)).digest();
            expect(hex(shortHmac(digest, key, ...parts))).toBe(hex(expected));
          }
        },
      ),
    );
  });

  it('takes no key that would have to be hashed first', () => {
    expect(() => shortHmac('md5', new Uint8Array(65))).toThrow(RangeError);
  });
});
