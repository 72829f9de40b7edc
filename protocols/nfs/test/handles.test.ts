import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileHandles, HANDLE_BYTES } from '../src/handles.ts';
import { SipHash } from '../src/siphash.ts';

describe('SipHash', () => {
  const digest = (length: number): string => {
    const key = Uint8Array.from({ length: 16 }, (_, index) => index);
    const message = Uint8Array.from({ length }, (_, index) => index);
    const out = new Uint8Array(16);
    new SipHash(key, length).digest(new DataView(message.buffer), new DataView(out.buffer), 0);
    return Buffer.from(out).toString('hex');
  };

  // As `openssl mac -macopt hexkey:000102…0f -macopt size:16 SIPHASH` (OpenSSL 3.0) gives them.
  it.each([
    [0, 'a3817f04ba25a8e66df67214c7550293'],
    [24, '2db479ae78bd50d8882a8a178a6132ad'],
  ])('of %i bytes', (length, mac) => {
    expect(digest(length)).toBe(mac);
  });
});

describe('FileHandles', () => {
  const handles = new FileHandles(new Uint8Array(32).fill(1));
  const share = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  const id = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });

  it('gives back what it was made of', () => {
    fc.assert(
      fc.property(share, id, (a, b) => {
        const handle = handles.encode({ share: a, id: b });
        expect(handle.length).toBe(HANDLE_BYTES);
        expect(handles.decode(handle)).toEqual({ share: a, id: b });
      }),
    );
  });

  it('is constant over restarts', () => {
    const again = new FileHandles(new Uint8Array(32).fill(1));
    expect(again.encode({ share: 3, id: 4n })).toEqual(handles.encode({ share: 3, id: 4n }));
    // A change of this line makes every mount that is held go stale.
    expect(Buffer.from(handles.encode({ share: 3, id: 4n })).toString('hex')).toBe(
      '0100000000000003000000000000000000000000000000040d6d82788bfc9571e020a5ea61506012',
    );
  });

  it('refuses any bit changed', () => {
    const handle = handles.encode({ share: 3, id: 2n ** 100n });
    for (let bit = 0; bit < HANDLE_BYTES * 8; bit++) {
      const forged = handle.slice();
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(handles.decode(forged)).toBeUndefined();
    }
  });

  it('refuses any other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (forged) => {
        expect(handles.decode(forged)).toBeUndefined();
      }),
    );
  });

  it('refuses those of another head', () => {
    const other = new FileHandles(new Uint8Array(32).fill(2));
    expect(other.decode(handles.encode({ share: 3, id: 4n }))).toBeUndefined();
  });
});
