import { describe, expect, test } from 'vitest';
import type { Statx } from '../native/mount-api.ts';
import { attributesOf, fileIdOf, formatOf, typeOfMode } from './attributes-of.ts';
import { decodeDevice, encodeDevice } from './device.ts';
import { effectiveTime, storedTime } from './times.ts';

const time = { seconds: 5, nanoseconds: 6 };
const living = 2n ** 64n - 2n;
const statx: Statx = {
  ino: 0x100_0000_0001n,
  dev: living,
  mode: 0o100_644,
  nlink: 1,
  uid: 1,
  gid: 2,
  rdev: 0xdead_beefn,
  size: 700,
  blocks: 2,
  accessed: time,
  modified: time,
  changed: time,
  born: time,
  version: 9n,
};

describe('attributes of CephFS', () => {
  test('attributesOf_file_isWhatIsStored', () => {
    expect(attributesOf(statx, { dosBits: 3 })).toEqual({
      id: 0x100_0000_0001n,
      type: 'file',
      mode: 0o644,
      uid: 1,
      gid: 2,
      nlink: 1,
      size: 700,
      allocated: 1024,
      rdev: { major: 0, minor: 0 },
      accessed: time,
      modified: time,
      changed: time,
      born: time,
      dosBits: 3,
      change: 9n,
    });
  });

  test('attributesOf_directory_hidesItsBytesAndOurOwn', () => {
    const directory = attributesOf({ ...statx, mode: 0o040_755, nlink: 3, size: 12_345 }, { dosBits: 0 }, 1);
    expect(directory).toMatchObject({ type: 'directory', size: 4096, nlink: 2 });
  });

  test('attributesOf_symlinkWithRecordedTarget_hasItsLength', () => {
    const own = { dosBits: 0, target: new Uint8Array(5) };
    expect(attributesOf({ ...statx, mode: 0o120_777, size: 3 }, own)).toMatchObject({ type: 'symlink', size: 5 });
  });

  test('fileIdOf_snapshot_isAnotherId', () => {
    expect(fileIdOf({ ino: 7n, dev: 3n })).toBe((3n << 64n) | 7n);
  });

  test('formats_andTypes_agree', () => {
    for (const type of ['file', 'directory', 'symlink', 'fifo', 'socket', 'block', 'character'] as const) {
      expect(typeOfMode(formatOf(type))).toBe(type);
    }
    expect(() => typeOfMode(0)).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  test.each([
    [0, 0],
    [8, 1],
    [259, 70_000],
    [4095, 1_048_575],
  ])('device_%i_%i_isKept', (major, minor) => {
    const encoded = encodeDevice({ major, minor });
    expect(encoded).toBeLessThan(2n ** 32n);
    expect(decodeDevice(encoded)).toEqual({ major, minor });
  });

  test('device_thatDoesNotFit_isInvalid', () => {
    for (const device of [
      { major: 4096, minor: 0 },
      { major: 0, minor: 1_048_576 },
      { major: -1, minor: 0 },
      { major: 0, minor: 0.5 },
    ]) {
      expect(() => encodeDevice(device)).toThrow(expect.objectContaining({ code: 'invalid' }));
    }
  });

  test('effectiveTime_recorded_isGoodUntilTheStoredOneIsSet', () => {
    const recorded = { seconds: -5, nanoseconds: 70 };
    expect(storedTime(recorded)).toEqual({ seconds: 0, nanoseconds: 70 });
    expect(storedTime({ seconds: 2 ** 40, nanoseconds: 1 })).toEqual({ seconds: 2 ** 32 - 1, nanoseconds: 1 });
    expect(effectiveTime({ seconds: 0, nanoseconds: 70 }, recorded)).toEqual(recorded);
    expect(effectiveTime({ seconds: 100, nanoseconds: 70 }, recorded)).toEqual({ seconds: 100, nanoseconds: 70 });
    expect(effectiveTime(time, undefined)).toEqual(time);
  });
});
