import { expect, it } from 'vitest';
import { md4 } from './md4.ts';

// RFC 1320 A.5
it.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
])('md4(%j)', (text, digest) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
});
