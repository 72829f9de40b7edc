import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConditions, parseEntityTags, parseWriteConditions } from '@polynas/http';
import { parseCopySource } from './copy-source.ts';
import { continuationToken, parseContinuationToken } from './listing.ts';
import { parseObjectMetadata } from './object-metadata.ts';
import { parseRange } from './range.ts';
import { decodeWords, encodeWords } from './rfc2047.ts';

const headers = (entries: Record<string, string>): Map<string, string> => new Map(Object.entries(entries));

describe('conditions', () => {
  it.each([
    ['"a"', ['a']],
    ['a', ['a']],
    ['"a", "b,c" , *', ['a', 'b,c', '*']],
    ['W/"a"', ['W/a']],
    ['', []],
  ])('entity tags %j', (text, tags) => {
    expect(parseEntityTags(text, 'strong')).toEqual(tags);
  });

  it('entity tags make the dates void, broken dates are absent', () => {
    const date = 'Tue, 14 Nov 2023 22:13:20 GMT';
    expect(parseConditions(headers({}))).toBeUndefined();
    expect(parseConditions(headers({ 'if-modified-since': 'yesterday' }))).toBeUndefined();
    expect(parseConditions(headers({ 'if-match': '"a"', 'if-unmodified-since': date }))).toEqual({ ifMatch: ['a'] });
    expect(parseConditions(headers({ 'if-none-match': 'W/"a"', 'if-modified-since': date }))).toEqual({
      ifNoneMatch: ['a'],
    });
    expect(parseConditions(headers({ 'x-if-modified-since': date }), 'x-')).toEqual({ ifModifiedSince: 1_700_000_000 });
    expect(parseWriteConditions(headers({ 'if-modified-since': date }))).toBeUndefined();
  });
});

describe('ranges', () => {
  it('lie within the object, or are refused or ignored', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.option(fc.nat(60)), fc.option(fc.nat(60)), (size, first, last) => {
        const header = `bytes=${first ?? ''}-${last ?? ''}`;
        const bytes = Array.from({ length: size }, (_, index) => index);
        let expected: number[] | undefined;
        if (first !== null) {
          if (last !== null && last < first) expected = bytes;
          else expected = bytes.slice(first, last === null ? size : last + 1);
        } else expected = last === null ? bytes : bytes.slice(Math.max(0, size - last));
        if (expected.length === 0 && !(first !== null && last !== null && last < first) && (first ?? last) !== null) {
          expect(() => parseRange(header, size)).toThrow();
        } else {
          const { start, end } = parseRange(header, size) ?? { start: 0, end: size };
          expect(bytes.slice(start, end)).toEqual(expected);
        }
      }),
    );
  });
});

describe('names', () => {
  it('copy sources', () => {
    expect(parseCopySource('b/k%20%3F+%2F')).toEqual({ bucket: 'b', key: 'k ?+/' });
    expect(parseCopySource('/t%3Ab/k/?versionId=null')).toEqual({ bucket: 't:b', key: 'k/' });
    for (const bad of ['', '/', 'b', 'b/', '/b/', '%ff/k', 'b/k?versionId=', 'b/k?versionId=3']) {
      expect(() => parseCopySource(bad), bad).toThrow();
    }
  });

  it('continuation tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const whole = key.toWellFormed();
        expect(parseContinuationToken(continuationToken(whole))).toBe(whole);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(continuationToken(parseContinuationToken(text))).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidArgument' });
        }
      }),
    );
  });
});

describe('metadata', () => {
  it('encoded words', () => {
    expect(decodeWords('=?UTF-8?B?w5xidW5n?=')).toBe('Übung');
    expect(decodeWords('=?utf-8?q?=C3=9Cbung_2?= =?UTF-8?B?w5w=?=')).toBe('Übung 2Ü');
    expect(decodeWords('=?ISO-8859-1?Q?=DC?=')).toBe('Ü');
    for (const plain of ['', 'a', '=?x?=', '=?UTF-8?B?w5?= and more', '=?UTF-16?B?AA==?=', '=?UTF-8?Q?=FF?=']) {
      expect(decodeWords(plain)).toBe(plain);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const whole = text.toWellFormed();
        const encoded = encodeWords(whole);
        expect(encoded).toMatch(/^[\t -~]*$/);
        // What looks encoded already is ASCII, and decoded once when it comes in.
        if (encoded !== whole && !whole.includes('\ufffd')) expect(decodeWords(encoded)).toBe(whole);
      }),
    );
  });

  it('is taken from headers, bounded', () => {
    const parsed = parseObjectMetadata(
      headers({
        'content-type': 'a/b',
        'content-encoding': '',
        'x-amz-meta-__proto__': '1',
        'x-amz-meta-': '2',
        etag: 'x',
      }),
    );
    expect(parsed.headers).toEqual({ 'content-type': 'a/b' });
    expect(Object.entries(parsed.user)).toEqual([
      ['__proto__', '1'],
      ['', '2'],
    ]);
    expect(() => parseObjectMetadata(headers({ 'x-amz-meta-a': 'x'.repeat(2047) }))).not.toThrow();
    expect(() => parseObjectMetadata(headers({ 'x-amz-meta-a': 'x'.repeat(2048) }))).toThrow('metadata');
  });
});
