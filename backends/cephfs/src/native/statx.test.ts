import { describe, expect, it } from 'vitest';
import { allStats, decodeStatx, encodeChanges, statxBytes } from './statx.ts';

/** `struct ceph_statx` as libcephfs 16.2 filled it in on x86-64. */
const seen = Buffer.from(
  'ff1f0000' +
    '00004000' +
    '01000000' +
    'e8030000' +
    'e9030000' +
    'a481' +
    '0000' +
    '0e00000000010000' +
    '0b00000000000000' +
    '0100000000000000' +
    'feffffffffffffff' +
    '0000000000000000' +
    '8e14036b00000000' +
    'bba9d20b00000000' +
    '8f14036b00000000' +
    '0100000000000000' +
    '9014036b00000000' +
    '0200000000000000' +
    '8c14036b00000000' +
    '0300000000000000' +
    '0700000000000000',
  'hex',
);

const view = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe('ceph_statx', () => {
  it('is decoded field by field', () => {
    expect(seen).toHaveLength(statxBytes);
    expect(decodeStatx(view(seen))).toEqual({
      ino: 0x1000000000en,
      dev: 0xffff_ffff_ffff_fffen,
      mode: 0o100644,
      nlink: 1,
      uid: 1000,
      gid: 1001,
      rdev: 0n,
      size: 11,
      blocks: 1,
      accessed: { seconds: 0x6b03148e, nanoseconds: 0x0bd2a9bb },
      changed: { seconds: 0x6b03148f, nanoseconds: 1 },
      modified: { seconds: 0x6b031490, nanoseconds: 2 },
      born: { seconds: 0x6b03148c, nanoseconds: 3 },
      version: 7n,
    });
  });

  it('is nothing when a field was left out', () => {
    const partial = Buffer.from(seen);
    partial.writeUInt32LE(allStats & ~0x200, 0);
    expect(decodeStatx(view(partial))).toBeUndefined();
  });

  it('takes changes, and the mask names those', () => {
    const bytes = Buffer.alloc(statxBytes);
    const changes = { mode: 0o600, gid: 5, size: 2 ** 40 + 1, modified: { seconds: -2, nanoseconds: 9 } };
    expect(encodeChanges(view(bytes), changes)).toBe(0b10_1101);
    bytes.writeUInt32LE(allStats, 0);
    expect(decodeStatx(view(bytes))).toMatchObject({ ...changes, uid: 0, born: { seconds: 0, nanoseconds: 0 } });
  });

  it('takes the times of birth and access', () => {
    const bytes = Buffer.alloc(statxBytes);
    const changes = { accessed: { seconds: 1, nanoseconds: 2 }, born: { seconds: 3, nanoseconds: 4 }, uid: 6 };
    expect(encodeChanges(view(bytes), changes)).toBe((1 << 4) | (1 << 9) | 2);
    bytes.writeUInt32LE(allStats, 0);
    expect(decodeStatx(view(bytes))).toMatchObject(changes);
  });
});
