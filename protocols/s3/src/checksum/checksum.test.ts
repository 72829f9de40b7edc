import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DigestAlgorithm } from './algorithms.ts';
import { checksumAlgorithms, createDigest, digestFromBase64, toBase64 } from './algorithms.ts';
import { CrcCombiner } from './combine.ts';
import { compositeChecksum } from './composite.ts';
import { updatePaced } from './paced.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function digestOf(algorithm: DigestAlgorithm, ...pieces: Uint8Array[]): Uint8Array {
  const digest = createDigest(algorithm);
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
}

describe('digests', () => {
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
    ['MD5', '25f9e794323b453885f5181f1b624d0b'],
  ] as const)('%s of "123456789" (CRC catalogue; FIPS 180; RFC 1321)', (algorithm, expected) => {
    expect(hex(digestOf(algorithm, Buffer.from('123456789')))).toBe(expected);
  });

  it('CRC-32C vectors of RFC 3720 §B.4', () => {
    expect(hex(digestOf('CRC32C', new Uint8Array(32)))).toBe('8a9136aa');
    expect(hex(digestOf('CRC32C', new Uint8Array(32).fill(0xff)))).toBe('62a8ab43');
    expect(
      hex(
        digestOf(
          'CRC32C',
          Uint8Array.from({ length: 32 }, (_, i) => i),
        ),
      ),
    ).toBe('46dd794e');
  });

  it('the trailer example of the SigV4 documents has its CRC-32C', () => {
    expect(toBase64(digestOf('CRC32C', Buffer.alloc(66560, 'a')))).toBe('sOO8/Q==');
  });

  it('does not depend on where the input is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...checksumAlgorithms),
        fc.array(fc.uint8Array({ maxLength: 70 })),
        (name, pieces) => {
          expect(hex(digestOf(name, ...pieces))).toBe(hex(digestOf(name, Buffer.concat(pieces))));
        },
      ),
    );
  });

  it('a paced update equals a plain one', async () => {
    const bytes = Uint8Array.from({ length: 700_001 }, (_, i) => i * 7);
    const digests = checksumAlgorithms.map((name) => createDigest(name));
    await updatePaced(digests, bytes);
    expect(digests.map((digest) => hex(digest.digest()))).toEqual(
      checksumAlgorithms.map((name) => hex(digestOf(name, bytes))),
    );
  });

  it('takes only canonical base64 of the right length', () => {
    expect(digestFromBase64('CRC32', 'y/Q5Jg==')).toBeDefined();
    for (const bad of ['', 'y/Q5Jg', 'y/Q5Jg=', 'y/Q5Jh==', 'AAAA', ' y/Q5Jg==', 'y/Q5Jg==\n', '!!!!']) {
      expect(digestFromBase64('CRC32', bad)).toBeUndefined();
    }
  });
});

describe('combine', () => {
  const names = ['CRC32', 'CRC32C', 'CRC64NVME'] as const;

  it('of the pieces equals the CRC of the whole', () => {
    for (const name of names) {
      const combiner = new CrcCombiner(name);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
          const whole = digestOf(name, first, second);
          expect(hex(combiner.combine(digestOf(name, first), digestOf(name, second), second.length))).toBe(hex(whole));
        }),
      );
    }
  });

  it('is associative for lengths beyond 2^32', () => {
    for (const name of names) {
      const combiner = new CrcCombiner(name);
      const [a, b, c] = ['a', 'b', 'c'].map((text) => digestOf(name, Buffer.from(text))) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const long = 5 * 2 ** 40 + 3;
      const left = combiner.combine(combiner.combine(a, b, long), c, 2 ** 33);
      const right = combiner.combine(a, combiner.combine(b, c, 2 ** 33), long + 2 ** 33);
      expect(hex(left)).toBe(hex(right));
    }
  });

  it('composite: the digest of the digests, with the number of parts', () => {
    const parts = [digestOf('SHA256', Buffer.from('one')), digestOf('SHA256', Buffer.from('two'))];
    expect(compositeChecksum('SHA256', parts)).toBe(`${toBase64(digestOf('SHA256', ...parts))}-2`);
  });
});
