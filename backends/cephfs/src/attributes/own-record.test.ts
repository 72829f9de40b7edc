import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOwnRecord, encodeOwnRecord, noRecord } from './own-record.ts';
import type { OwnRecord } from './own-record.ts';

const times = fc.record({ seconds: fc.maxSafeInteger(), nanoseconds: fc.nat(999_999_999) });
const records = fc.record(
  {
    dosBits: fc.nat(0xffff_ffff),
    verifier: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    accessed: times,
    modified: times,
    born: times,
    target: fc.uint8Array({ maxLength: 50 }),
  },
  { requiredKeys: ['dosBits'] },
) as fc.Arbitrary<OwnRecord>;

describe('the record of our own', () => {
  test('encode_decode_isTheSame', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(decodeOwnRecord(encodeOwnRecord(record))).toEqual(record);
      }),
    );
  });

  test('encode_bytes_areThese', () => {
    const record = { dosBits: 0x22, verifier: 5n, modified: { seconds: -1, nanoseconds: 7 }, target: Uint8Array.of(9) };
    const hex = Buffer.from(encodeOwnRecord(record) ?? []).toString('hex');
    expect(hex).toBe('011500000022' + '0000000000000005' + 'ffffffffffffffff' + '00000007' + '09');
  });

  test('nothingToKeep_isNoAttribute', () => {
    expect(encodeOwnRecord(noRecord)).toBeUndefined();
    expect(decodeOwnRecord(undefined)).toEqual(noRecord);
  });

  test('decode_otherBytes_areCorrupt', () => {
    for (const hex of ['', '01', '020000000000', '0101000000', '010000000000ff', '0101000000000000']) {
      expect(() => decodeOwnRecord(Buffer.from(hex, 'hex')), hex).toThrow(expect.objectContaining({ code: 'corrupt' }));
    }
  });

  test('decode_anyBytes_isARecordOrCorrupt', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (value) => {
        try {
          decodeOwnRecord(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'corrupt' });
        }
      }),
    );
  });
});
