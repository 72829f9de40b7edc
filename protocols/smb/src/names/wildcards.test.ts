import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWildcards, SearchExpression } from './wildcards.ts';

const matches = (expression: string, name: string): boolean => new SearchExpression(expression).matches(name);

describe('search expressions (MS-FSA 2.1.4.4)', () => {
  it.each([
    ['*', 'anything', true],
    ['*.txt', 'a.TXT', true],
    ['*.txt', 'a.txt.bak', false],
    ['*.txt', '.txt', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['A*B*C', 'aXbYc', true],
    ['A*B*C', 'aXbY', false],
    ['name', 'NAME', true],
    ['name', 'names', false],
    ['STRA?E', 'straße', true],
    ['strass*', 'straße', false],
    ['ÜB*', 'über', true],
    // DOS_STAR takes dots but the last one.
    ['<.txt', 'a.b.txt', true],
    ['<.b', 'a.b.txt', false],
    ['<', 'abc', true],
    ['<', 'a.b', false],
    ['<"*', 'abc', true],
    ['<"*', 'a.b.c', true],
    // DOS_QM is one character, or none before a dot or the end.
    ['a>>', 'a', true],
    ['a>>', 'abc', true],
    ['a>>', 'abcd', false],
    ['>>>>.txt', 'ab.txt', true],
    ['a>b', 'ab', false],
    // DOS_DOT is a dot, or nothing at the end.
    ['abc"', 'abc', true],
    ['abc"', 'abc.', true],
    ['abc"d', 'abcd', false],
    ['>>>>>>>>">>>', 'readme', true],
    ['>>>>>>>>">>>', 'readme.txt', true],
  ])('%s and %s: %s', (expression, name, expected) => {
    expect(matches(expression, name)).toBe(expected);
  });

  it('agree with a regular expression where only * and ? are used', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'Ä'), maxLength: 8 });
    const expressions = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?', 'ä'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(expressions, letters, (expression, name) => {
        const source = expression.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matches(expression, name)).toBe(new RegExp(`^${source}$`, 'i').test(name));
      }),
      { numRuns: 2000 },
    );
  });

  it('do not take exponential time', () => {
    expect(matches(`${'*a'.repeat(100)}b`, 'a'.repeat(255))).toBe(false);
  });

  it('are told from names', () => {
    expect(['a*', 'a?', 'a<', 'a>', 'a"'].every(hasWildcards)).toBe(true);
    expect(hasWildcards('a.b')).toBe(false);
  });
});
