import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOfText, textOfName } from './name-text.ts';

const name = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const back = (text: string): string | undefined => {
  const found = nameOfText(text);
  return found && Buffer.from(found).toString('utf8');
};

describe('names as SMB clients see them', () => {
  it.each([
    ['plain.txt', 'plain.txt'],
    ['größe €', 'größe €'],
    ['😀', '😀'],
    ['.hidden', '.hidden'],
    ['a b', 'a b'],
    // As cifs.ko (mapposix) and macOS map them.
    ['a:b', 'a\uf022b'],
    ['"*:<>?\\|', '\uf020\uf021\uf022\uf023\uf024\uf025\uf026\uf027'],
    ['\u0001\u001f', '\uf001\uf01f'],
    ['trailing.', 'trailing\uf029'],
    ['trailing ', 'trailing\uf028'],
    ['..a..', '..a.\uf029'],
    // Such characters in the name itself are spelled out, those that mean nothing where they stand are not.
    ['\uf022', '\u{10FFFF}ef\u{10FFFF}80\u{10FFFF}a2'],
    ['x\uf029', 'x\u{10FFFF}ef\u{10FFFF}80\u{10FFFF}a9'],
    ['\uf029x', '\uf029x'],
    ['\uf0b7 bullet', '\uf0b7 bullet'],
    ['\ufffd', '\ufffd'],
  ])('%j is shown as %j', (bytes, text) => {
    expect(textOfName(name(bytes))).toBe(text);
    expect(back(text)).toBe(bytes);
  });

  it('bytes that are no UTF-8 are spelled out', () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0xc3, 0x62);
    expect(textOfName(bytes)).toBe('a\u{10FFFF}ff\u{10FFFF}c3b');
    expect(nameOfText('a\u{10FFFF}ff\u{10FFFF}c3b')).toEqual(Buffer.from(bytes));
  });

  it('a space or full stop at the end is taken from clients that do not map it', () => {
    expect(back('a.')).toBe('a.');
    expect(back('a ')).toBe('a ');
    expect(back('...')).toBe('...');
  });

  it.each(['', '.', '..', 'a/b', 'a\\b', 'a:b', 'a*', 'a?', 'a<', 'a>', 'a"', 'a|', 'a\u0000', 'a\u0007', '\ud800'])(
    '%j is no name',
    (text) => {
      expect(nameOfText(text)).toBeUndefined();
    },
  );

  it.each([
    '\uf029',
    '.\uf029',
    '\u{10FFFF}',
    '\u{10FFFF}4',
    '\u{10FFFF}41',
    '\u{10FFFF}c3\u{10FFFF}a9',
    '\u{10FFFF}FF',
    '\u{10FFFF}00',
    '\u{10FFFF}2f',
  ])('%j stands for no name', (text) => {
    expect(nameOfText(text)).toBeUndefined();
  });

  it('every name has a text of its own, which holds nothing that Windows forbids', () => {
    const byte = fc.oneof(
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom(...Buffer.from('"*:<>?\\|. \uf001\uf022\uf028\uf029\u{10FFFF}é😀')),
    );
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 24 }), (bytes) => {
        const given = Buffer.from(bytes.map((one) => (one === 0x2f ? 0x30 : one)));
        if (given.length <= 2 && given.every((one) => one === 0x2e)) return;
        const text = textOfName(given);
        expect(text).not.toMatch(/[\u0000-\u001f"*:<>?\\|/]|[ .]$/);
        expect(nameOfText(text)).toEqual(given);
      }),
      { numRuns: 2000 },
    );
  });

  it('every text that is a name stands for one that is shown as it', () => {
    const character = fc.oneof(
      fc.constantFrom(
        'a',
        '.',
        '0',
        'f',
        ' ',
        'é',
        '\uf001',
        '\uf022',
        '\uf028',
        '\uf029',
        '\u{10FFFF}',
        '\ufffd',
        '\ud800',
      ),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
        const text = characters.join('');
        const found = nameOfText(text);
        if (found === undefined || /[ .]$/.test(text)) return;
        expect(textOfName(found)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});
