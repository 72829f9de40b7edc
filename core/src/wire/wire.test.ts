import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTACH_THRESHOLD, Reader, WireError, Writer } from './index.ts';

const flat = (writer: Writer): Uint8Array => new Uint8Array(Buffer.concat(writer.finish().parts));
const hex = (writer: Writer): string => Buffer.from(flat(writer)).toString('hex');

describe('Writer', () => {
  it('writes both byte orders', () => {
    const w = new Writer();
    w.u8(1);
    w.u16(0x0203);
    w.u32(0x04050607);
    w.i32(-2);
    w.u64(0x08090a0b0c0d0e0fn);
    w.i64(-1n);
    w.u64Number(2 ** 53 - 1);
    expect(hex(w)).toBe(
      '01' + '0203' + '04050607' + 'fffffffe' + '08090a0b0c0d0e0f' + 'ff'.repeat(8) + '001fffffffffffff',
    );
    w.u16le(0x0203);
    w.u32le(0x04050607);
    w.i32le(-2);
    w.u64le(0x08090a0b0c0d0e0fn);
    w.i64le(-2n);
    w.u64leNumber(2 ** 32 + 1);
    expect(hex(w)).toBe(
      '0302' + '07060504' + 'feffffff' + '0f0e0d0c0b0a0908' + 'fe' + 'ff'.repeat(7) + '0100000001000000',
    );
  });

  it('refuses sizes that are no safe integers', () => {
    const w = new Writer();
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => w.u64Number(bad)).toThrow(WireError);
    expect(w.length).toBe(0);
  });

  it('patches a reserved length across growth and attached payloads', () => {
    const w = new Writer(64);
    w.u32(7);
    const place = w.reserve(4);
    const payload = new Uint8Array(ATTACH_THRESHOLD).fill(0xaa);
    w.attach(payload);
    w.zeros(500);
    w.patchU32(place, w.length);
    const { parts, length } = w.finish();
    expect(parts[1]).toBe(payload);
    expect(length).toBe(8 + payload.length + 500);
    expect(Buffer.from(parts[0]!).toString('hex')).toBe('00000007' + length.toString(16).padStart(8, '0'));
  });

  it('copies a small payload instead of lengthening the gather list', () => {
    const w = new Writer();
    w.u8(1);
    w.attach(Uint8Array.of(2, 3));
    expect(w.finish().parts).toHaveLength(1);
  });

  it('never writes again into bytes that were handed over', () => {
    const w = new Writer(64);
    w.u32(1);
    const first = w.finish();
    w.u32(2);
    const second = w.finish();
    expect(Buffer.concat(first.parts).readUInt32BE()).toBe(1);
    expect(Buffer.concat(second.parts).readUInt32BE()).toBe(2);
  });

  it('rewinds to an earlier length, payloads included', () => {
    const w = new Writer();
    const payload = new Uint8Array(ATTACH_THRESHOLD);
    w.u32(1);
    w.attach(payload);
    const mark = w.length;
    w.u32(2);
    w.attach(payload);
    w.u8(3);
    w.rewind(mark);
    expect(w.length).toBe(mark);
    w.u8(9);
    const { parts } = w.finish();
    expect(parts.map((part) => part.length)).toEqual([4, ATTACH_THRESHOLD, 1]);
  });

  it('rewinds away a payload that begins at the mark', () => {
    const w = new Writer();
    w.u32(1);
    w.attach(new Uint8Array(ATTACH_THRESHOLD));
    w.rewind(4);
    expect(w.length).toBe(4);
    expect(() => w.rewind(5)).toThrow(WireError);
  });

  it('is bounded', () => {
    const w = new Writer(64, 100);
    expect(() => w.zeros(101)).toThrow(WireError);
    expect(() => w.attach(new Uint8Array(ATTACH_THRESHOLD))).toThrow(WireError);
    w.zeros(100);
    expect(w.length).toBe(100);
  });

  it('aligns from a given start', () => {
    const w = new Writer();
    w.u8(1);
    w.align(8);
    expect(w.length).toBe(8);
    w.u8(1);
    const from = w.length;
    w.u8(1);
    w.align(4, from);
    expect(w.length - from).toBe(4);
  });
});

describe('Reader', () => {
  it('stays inside its frame', () => {
    const r = new Reader(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    r.frame(2, 6);
    expect(r.u16()).toBe(0x0304);
    expect(() => r.u32()).toThrow(WireError);
    expect(r.position).toBe(2);
    expect(r.u16le()).toBe(0x0605);
    expect(r.remaining).toBe(0);
    expect(() => r.u8()).toThrow(WireError);
    expect(() => r.skip(-1)).toThrow(WireError);
    expect(() => r.bytes(Number.NaN)).toThrow(WireError);
    expect(() => r.seek(5)).toThrow(WireError);
    expect(() => r.frame(4, 9)).toThrow(WireError);
  });

  it('hands out windows, not copies', () => {
    const source = Uint8Array.of(0, 1, 2, 3).subarray(1);
    const r = new Reader(source);
    r.skip(1);
    const window = r.bytes(2);
    source[1] = 9;
    expect([...window]).toEqual([9, 3]);
  });

  it('shows an absurd 64-bit value as one above the safe range, or refuses it', () => {
    const bytes = Uint8Array.of(0, 32, 0, 0, 0, 0, 0, 0);
    expect(new Reader(bytes).u64Wide()).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect(() => new Reader(bytes).u64Number()).toThrow(WireError);
    expect(() => new Reader(bytes.toReversed()).u64leNumber()).toThrow(WireError);
    expect(new Reader(Uint8Array.of(0, 31, 255, 255, 255, 255, 255, 255)).u64Number()).toBe(Number.MAX_SAFE_INTEGER);
  });
});

const item = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.integer({ min: 0, max: 0xff }) }),
  fc.record({ kind: fc.constantFrom('u16' as const, 'u16le' as const), value: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({
    kind: fc.constantFrom('u32' as const, 'u32le' as const),
    value: fc.integer({ min: 0, max: 0xffffffff }),
  }),
  fc.record({
    kind: fc.constantFrom('i32' as const, 'i32le' as const),
    value: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  }),
  fc.record({
    kind: fc.constantFrom('u64' as const, 'u64le' as const),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
  fc.record({
    kind: fc.constantFrom('i64' as const, 'i64le' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({ kind: fc.constantFrom('u64Number' as const, 'u64leNumber' as const), value: fc.maxSafeNat() }),
);

describe('Writer and Reader', () => {
  it('agree on every sequence of scalars', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60, size: 'max' }), (items) => {
        const w = new Writer(64);
        for (const { kind, value } of items) (w[kind] as (v: number | bigint) => void)(value);
        const length = w.length;
        const bytes = flat(w);
        expect(bytes.length).toBe(length);
        const r = new Reader(bytes);
        for (const { kind, value } of items) expect(r[kind]()).toBe(value);
        expect(r.remaining).toBe(0);
      }),
    );
  });

  it('agree on text and payloads in any mixture', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 3 * ATTACH_THRESHOLD })), {
          maxLength: 8,
        }),
        (items) => {
          const w = new Writer(64);
          const lengths = items.map((value) => {
            if (typeof value === 'string') return w.utf8(value) + w.utf16le(value);
            w.attach(value);
            return value.length;
          });
          expect(w.length).toBe(lengths.reduce((sum, length) => sum + length, 0));
          const r = new Reader(flat(w));
          for (const value of items) {
            if (typeof value === 'string') {
              expect(r.utf8(Buffer.byteLength(value))).toBe(value);
              expect(r.utf16le(value.length * 2)).toBe(value);
            } else expect(Buffer.compare(r.bytes(value.length), value)).toBe(0);
          }
        },
      ),
    );
  });
});
