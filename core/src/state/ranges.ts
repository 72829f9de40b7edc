import type { LockRange } from '../service/index.ts';
import { StorageError } from '../spi/index.ts';
import type { ByteSpan } from './guards.ts';

/** The last byte that a lock can name (MS-FSA 2.1.5.8, RFC 8881 §18.10.3). */
export const lastByte = 2n ** 64n - 1n;

export const wholeFile: ByteSpan = { start: 0, end: Infinity };

/**
 * Inclusive ranges. An empty one (`end` = `start` − 1) overlaps what has bytes on both sides of its position,
 * and no other empty one: so do zero-length SMB locks.
 */
export function overlaps(a: ByteSpan, b: ByteSpan): boolean {
  return a.start <= b.end && b.start <= a.end;
}

export function sameRange(a: LockRange, b: LockRange): boolean {
  return a.start === b.start && a.end === b.end;
}

/** Rejects what is out of 0 … 2^64−1 or back to front with `invalid`. SMB knows empty locks, POSIX does not. */
export function checkLockRange(range: LockRange, allowEmpty: boolean): void {
  const shortest = allowEmpty ? range.start - 1n : range.start;
  if (range.start < 0n || range.start > lastByte || range.end > lastByte || range.end < shortest) {
    throw new StorageError('invalid', 'a lock range lies in 0 … 2^64−1');
  }
}

/** What I/O of `length` bytes touches; nothing at all (`undefined`) when it has none. */
export function spanOf(offset: number, length: number): ByteSpan | undefined {
  return length > 0 ? { start: offset, end: offset + length - 1 } : undefined;
}
