import { StorageError } from '@polynas/core/spi';
import type { DeviceNumber } from '@polynas/core/spi';

const maxMajor = 2 ** 12 - 1;
const maxMinor = 2 ** 20 - 1;

/** As the kernel's client keeps it (Linux `new_encode_dev`): the MDS has 32 bits. Throws `invalid` for what does not fit. */
export function encodeDevice({ major, minor }: DeviceNumber): bigint {
  const fits = (value: number, max: number): boolean => Number.isInteger(value) && value >= 0 && value <= max;
  if (!fits(major, maxMajor) || !fits(minor, maxMinor)) throw new StorageError('invalid', `device ${major}:${minor}`);
  return BigInt((minor & 0xff) | (major << 8)) | (BigInt(minor >>> 8) << 20n);
}

export function decodeDevice(rdev: bigint): DeviceNumber {
  const low = Number(rdev & 0xf_ffffn);
  const high = Number((rdev >> 20n) & 0xfffn);
  return { major: low >>> 8, minor: (low & 0xff) | (high << 8) };
}
