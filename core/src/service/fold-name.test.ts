import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName, foldText } from './fold-name.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('names fold', () => {
  it('character by character, to what has the same length and kind', () => {
    expect(foldText('Straße.Txt')).toBe('STRAßE.TXT');
    expect(foldText('ÄÖÿ çΣσς')).toBe('ÄÖŸ ÇΣΣΣ');
    expect(foldText('ıſŉ')).toBe('ıſŉ');
    expect(foldText('𐐨ff')).toBe('𐐀FF');
    expect(foldText('ﬀ')).toBe('ﬀ');
  });

  it('to the same again, without getting longer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const folded = foldText(text);
        expect(foldText(folded)).toBe(folded);
        expect(folded.length).toBe(text.length);
      }),
    );
  });

  it('as their texts do; what is no UTF-8 only as itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), (text, other) => {
        expect(foldName(bytes(text))).toBe(foldText(text));
        const same = foldName(other) === foldName(Uint8Array.from(other));
        expect(same).toBe(true);
      }),
    );
    expect(foldName(Uint8Array.of(0x61, 0xff))).not.toBe(foldName(Uint8Array.of(0x41, 0xff)));
    expect(foldName(Uint8Array.of(0xff))).not.toBe(foldName(bytes('ÿ')));
  });
});
