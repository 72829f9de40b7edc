import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shortNameOf } from './short-name.ts';

it('a short name stays, any other gets one that is always the same', () => {
  expect(shortNameOf('readme.txt')).toBe('README.TXT');
  expect(shortNameOf('a')).toBe('A');
  expect(shortNameOf('Long File Name.html')).toMatch(/^LON~[0-9A-Z]{4}\.HTM$/);
  expect(shortNameOf('.bashrc')).toMatch(/^BAS~[0-9A-Z]{4}$/);
  expect(shortNameOf('größe')).toMatch(/^GRS~[0-9A-Z]{4}$/);
  expect(shortNameOf('Long File Name.html')).toBe(shortNameOf('long file name.HTML'));
});

it('every name gets one of the form', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
      expect(shortNameOf(name)).toMatch(/^[A-Z0-9!#$%&'()@^_`{}~-]{1,8}(\.[A-Z0-9!#$%&'()@^_`{}~-]{1,3})?$/);
    }),
  );
});
