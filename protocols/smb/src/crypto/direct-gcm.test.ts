import { createPrivateKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { directGcm } from './direct-gcm.ts';

const gcm = directGcm()!;
const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex');
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

/** "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega, test cases 4 and 16. */
const plain = `d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
  1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39`;
const aad = bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2');
const nonce = bytes('cafebabefacedbaddecaf888');
const cases = [
  {
    key: 'feffe9928665731c6d6a8f9467308308',
    sealed: `42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e
      21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091`,
    tag: '5bc94fbc3221a5db94fae95ae7121a47',
  },
  {
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    sealed: `522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
      8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662`,
    tag: '76fc6ece0f4e1768cddf8853bb2d551b',
  },
];

it.each(cases)('gives the published values, and takes no other tag', ({ key, sealed, tag }) => {
  const came = Buffer.alloc(16);
  const text = bytes(plain);
  const cut = [text.subarray(0, 7), text.subarray(7, 7), text.subarray(7)].map((part) => ({ from: part, to: part }));
  gcm.seal(bytes(key), nonce, aad, cut, came);
  expect([hex(text), hex(came)]).toEqual([hex(bytes(sealed)), tag]);
  const apart = Buffer.alloc(text.length);
  gcm.seal(bytes(key), nonce, aad, [{ from: bytes(plain), to: apart }], came);
  expect([hex(apart), hex(came)]).toEqual([hex(bytes(sealed)), tag]);
  expect(gcm.open(bytes(key), nonce, aad, text, came)).toBe(true);
  expect(hex(text)).toBe(hex(bytes(plain)));
  came[15]! ^= 1;
  expect(gcm.open(bytes(key), nonce, aad, bytes(sealed), came)).toBe(false);
  // A failure leaves nothing behind that Node would take for its own.
  expect(() => createPrivateKey('no key')).toThrow(/DECODER|unsupported|PEM/i);
  expect(gcm.open(bytes(key), nonce, aad, bytes(sealed), bytes(tag))).toBe(true);
});

it('lets native code near no buffer of another length', () => {
  const [key, tag] = [Buffer.alloc(16), Buffer.alloc(16)];
  const text = Buffer.alloc(40);
  const to = Buffer.alloc(39);
  for (const size of [0, 15, 17, 24, 33]) {
    expect(() => gcm.mac(Buffer.alloc(size), nonce, [text], tag)).toThrow(RangeError);
  }
  expect(() => gcm.mac(key, nonce.subarray(1), [text], tag)).toThrow(RangeError);
  expect(() => gcm.mac(key, nonce, [text], tag.subarray(1))).toThrow(RangeError);
  expect(() => gcm.open(key, nonce, aad, text, tag.subarray(1))).toThrow(RangeError);
  expect(() => gcm.seal(key, nonce, aad, [{ from: text, to }], tag)).toThrow(RangeError);
});
