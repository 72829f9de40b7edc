import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, parseKey } from './keys.ts';
import { alternateName, isHashOf, plainName, readName, sortedBytes } from './names-forms.ts';
import type { NamePlace } from './names-forms.ts';
import { quoteName, unquoteName } from './names-quoted.ts';
import { nameOfText, textOfName } from './names-text.ts';

const place: NamePlace = { top: false, maxNameBytes: 255 };
const top: NamePlace = { top: true, maxNameBytes: 255 };
const short: NamePlace = { top: true, maxNameBytes: 90 };

/** Names near every edge: truncated and over-long sequences, surrogates, the mark itself, escapes. */
const bytes = fc.array(
  fc.oneof(
    fc.constantFrom(
      0x41,
      0x7f,
      0x80,
      0xbf,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xa0,
      0x9f,
      0xed,
      0xee,
      0xef,
      0xf0,
      0x90,
      0x8f,
      0xf4,
      0xf5,
      0xff,
    ),
    fc.integer({ min: 1, max: 255 }),
  ),
  { minLength: 1, maxLength: 8 },
);
const pieces = fc.constantFrom(
  '%%q',
  '%%o',
  '%%h',
  '%%p',
  '%',
  'a',
  '.',
  '..',
  '.polynas',
  '\0',
  '\u{1}',
  'é',
  '\u{ffff}',
  '\u{10ffff}',
  '\u{10ffff}0',
  '\u{7f}\u{10ffff}80',
  '\u{1f600}',
  'x'.repeat(90),
  'é'.repeat(60),
  '~',
  'f'.repeat(64),
);
const segment = fc.oneof(
  fc.array(pieces, { maxLength: 6 }).map((all) => all.join('')),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('/', '')),
);
const name = fc
  .oneof(
    bytes.map((all) => Uint8Array.from(all)),
    segment.map((text) => Buffer.from(text).subarray(0, 255)),
  )
  .map((all) => Buffer.from(Buffer.from(all).filter((byte) => byte !== 0 && byte !== 0x2f)))
  .filter((all) => all.length > 0 && !all.equals(Buffer.from('.')) && !all.equals(Buffer.from('..')));
const places = fc.constantFrom(place, top, short);

describe('text of names', () => {
  it('is undone, and is the name itself where that is UTF-8', () => {
    fc.assert(
      fc.property(name, (value) => {
        const text = textOfName(value);
        expect(text.isWellFormed()).toBe(true);
        expect(nameOfText(text)).toEqual(Buffer.from(value));
        const plain = Buffer.from(value).toString();
        if (Buffer.from(plain).equals(value) && !plain.includes('\u{10ffff}')) expect(text).toBe(plain);
      }),
      { numRuns: 5000 },
    );
  });

  it('sorts as the names do', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(Math.sign(compareKeys(textOfName(a), textOfName(b)))).toBe(Math.sign(Buffer.compare(a, b)));
      }),
      { numRuns: 20_000 },
    );
  });

  it('keeps a byte order mark, and shows Latin-1 reversibly', () => {
    expect(textOfName(Buffer.from('\u{feff}a'))).toBe('\u{feff}a');
    expect(textOfName(Buffer.from('caf\u{e9}.txt', 'latin1'))).toBe('caf\u{8fff}\u{10ffff}e9.txt');
  });
});

describe('segments and names', () => {
  it('are told apart by form: each segment comes back from its plain and its alternate name', () => {
    fc.assert(
      fc.property(segment, places, (value, where) => {
        for (const made of [plainName(value, where), alternateName(value, where)]) {
          expect(made.name.length).toBeLessThanOrEqual(where.maxNameBytes);
          expect(made.name.length).toBeGreaterThan(0);
          expect(made.name.includes(0) || made.name.includes(0x2f)).toBe(false);
          expect(['.', '..']).not.toContain(made.name.toString());
          if (where.top) expect(made.name.toString()).not.toBe('.polynas');
          const read = readName(made.name, where);
          expect(read.form).toBe(made.form);
          if (read.form === 'hashed' || read.form === 'hashedAlternate') {
            expect(isHashOf(made.name, read.form, value, where)).toBe(true);
          } else expect(read.segment).toBe(value);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('each name that a file system allows stands for one segment, whose name it is', () => {
    fc.assert(
      fc.property(name, places, (value, where) => {
        fc.pre(
          value.length <= where.maxNameBytes && !(where.top && Buffer.from(value).equals(Buffer.from('.polynas'))),
        );
        const read = readName(value, where);
        if (read.segment === undefined) return;
        const made = read.form === 'alternate' ? alternateName(read.segment, where) : plainName(read.segment, where);
        expect(made).toEqual({ name: Buffer.from(value), form: read.form });
      }),
      { numRuns: 5000 },
    );
  });

  it('within each form sort as the segments do', () => {
    fc.assert(
      fc.property(segment, segment, places, (a, b, where) => {
        const order = Math.sign(compareKeys(a, b));
        for (const form of [plainName, alternateName]) {
          const [left, right] = [form(a, where), form(b, where)];
          if (left.form !== right.form) continue;
          const hashed = left.form === 'hashed' || left.form === 'hashedAlternate';
          const cut = hashed ? 3 + sortedBytes(where) : Infinity;
          const names = Math.sign(Buffer.compare(left.name.subarray(0, cut), right.name.subarray(0, cut)));
          if (hashed && names === 0) continue;
          expect(names).toBe(order);
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('quoting keeps prefixes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        const both = Buffer.concat([a, b]);
        expect(Buffer.from(quoteName(both))).toEqual(Buffer.concat([quoteName(a), quoteName(b)]));
        expect(Buffer.from(unquoteName(quoteName(both))!)).toEqual(both);
      }),
    );
  });

  it('what the file system keeps for itself is quoted, in each directory', () => {
    const where: NamePlace = { ...place, reservedNames: ['.snap'] };
    const made = plainName('.snap', where);
    expect([made.name.toString(), made.form]).toEqual(['%%q.snap', 'quoted']);
    expect(readName(made.name, where)).toEqual({ form: 'quoted', segment: '.snap' });
    expect(plainName('.snapshot', where).form).toBe('literal');
    // Where nothing is reserved the name of that quoted form is a name like others.
    expect(readName(made.name, place).form).toBe('literal');
  });

  it.each([
    ['a', 'a', 'literal'],
    ['', '%%q', 'quoted'],
    ['.', '%%q.', 'quoted'],
    ['..', '%%q..', 'quoted'],
    ['.polynas', '%%q.polynas', 'quoted'],
    ['.snap', '.snap', 'literal'],
    ['%%qa', '%%qa', 'literal'],
    ['%%q.', '%%q%%q.', 'quoted'],
    ['%%oa', '%%q%%oa', 'quoted'],
    ['a\0b', '%%qa\u{1}\u{1}b', 'quoted'],
    ['100%%', '100%%', 'literal'],
  ])('%j at the top is %j', (value, expected, form) => {
    expect(plainName(value, top)).toEqual({ name: Buffer.from(expected), form });
  });
});

describe('keys', () => {
  it('split at slashes, empty segments and all', () => {
    expect(parseKey('a')).toMatchObject({ directories: [], last: 'a' });
    expect(parseKey('/a//b/')).toMatchObject({ directories: ['', 'a', '', 'b'], last: '' });
    expect(() => parseKey('')).toThrow('Unicode');
    expect(() => parseKey('\ud800')).toThrow('Unicode');
  });

  it('compare as UTF-8 does', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
    expect(compareKeys('\u{1f600}', '\u{ffff}')).toBeGreaterThan(0);
  });
});
