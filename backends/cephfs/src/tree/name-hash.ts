import type { Name } from '@polynas/core/spi';

const goldenRatio = 0x9e37_79b9;
const blockBytes = 12;
const hashMask = 0xff_ffff;

/**
 * What CephFS lists names by unless an administrator chose another hash for new directories: Bob Jenkins' hash of 1996 (public domain; `CEPH_STR_HASH_RJENKINS`),
 * of which 24 bits count. Whether a directory is listed by it shows in the positions of its entries.
 */
export function nameHash(name: Name): number {
  let [a, b, c] = [goldenRatio | 0, goldenRatio | 0, 0];
  for (let at = 0, isLast = false; !isLast; at += blockBytes) {
    isLast = at + blockBytes > name.length;
    a = (a + wordAt(name, at, 0)) | 0;
    b = (b + wordAt(name, at + 4, 0)) | 0;
    // In the last block the lowest byte is the length's.
    c = (c + (isLast ? name.length + wordAt(name, at + 8, 8) : wordAt(name, at + 8, 0))) | 0;
    a = (a - b - c) ^ (c >>> 13);
    b = (b - c - a) ^ (a << 8);
    c = (c - a - b) ^ (b >>> 13);
    a = (a - b - c) ^ (c >>> 12);
    b = (b - c - a) ^ (a << 16);
    c = (c - a - b) ^ (b >>> 5);
    a = (a - b - c) ^ (c >>> 3);
    b = (b - c - a) ^ (a << 10);
    c = (c - a - b) ^ (b >>> 15);
  }
  return c & hashMask;
}

/** Up to four bytes from `at` on, little-endian, moved up by `shift` bits; none behind the end. */
function wordAt(name: Name, at: number, shift: 0 | 8): number {
  const left = name.length - at;
  if (left >= 4 && shift === 0) {
    return name[at]! | (name[at + 1]! << 8) | (name[at + 2]! << 16) | (name[at + 3]! << 24);
  }
  let word = 0;
  const bytes = shift === 0 ? 4 : 3;
  for (let index = 0; index < bytes && index < left; index += 1) word |= name[at + index]! << (8 * index + shift);
  return word;
}
