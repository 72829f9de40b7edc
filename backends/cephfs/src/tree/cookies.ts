import { StorageError } from '@polynas/core/spi';
import type { Cookie, Name } from '@polynas/core/spi';

/**
 * CephFS lists a directory in the order of 24-bit hashes of the names, which stays when the directory is split among fragments or servers; libcephfs's position is that
 * hash and a count among the names that share it, which moves when one of them goes. A cookie is the hash and, in place of the count, 36 bits of another
 * hash of the name: it is good for ever. Two names share one once in 2^60 pairs.
 */
const hashBits = 24n;
const secondBits = 36n;
const firstCookie = 3n;
/** `dir_result_t::HASH | hash << SHIFT`: a position of libcephfs in a directory that is listed by hash. */
const positionShift = 28n;
const hashOrder = 0xffn << (positionShift + hashBits);
const hashMask = (1n << hashBits) - 1n;

/** The first hash of an entry, from where libcephfs says that the next one may be. */
export function hashBefore(next: bigint): bigint {
  return ((next - 1n) >> positionShift) & hashMask;
}

export function cookieOf(hash: bigint, name: Name): Cookie {
  return firstCookie + ((hash << secondBits) | secondHash(name));
}

/** Where libcephfs has to begin so that everything behind the cookie comes. Throws `badCookie`. */
export function positionOf(cookie: Cookie): bigint {
  if (cookie === 0n) return 0n;
  const hash = (cookie - firstCookie) >> secondBits;
  if (cookie < firstCookie || hash > hashMask) throw new StorageError('badCookie');
  return hashOrder | (hash << positionShift);
}

/** FNV-1a twice, with different starts. */
function secondHash(name: Name): bigint {
  let low = 0x811c_9dc5;
  let high = 0x9747_b28c;
  for (const byte of name) {
    low = Math.imul(low ^ byte, 0x0100_0193);
    high = Math.imul(high ^ byte, 0x0100_0193) ^ (high >>> 15);
  }
  return BigInt.asUintN(Number(secondBits), (BigInt(high >>> 0) << 32n) | BigInt((low ^ (low >>> 16)) >>> 0));
}
