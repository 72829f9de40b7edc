/**
 * Copies all of `from` to `into`, where it has to fit, from `at` on. Into memory that threads share, `set` goes word by word, which takes up to twice as long as `Buffer`'s own copy; and that leaves
 * whole buffers to `set`, so the last byte goes by itself.
 */
export function copyBytes(from: Uint8Array, into: Uint8Array, at: number): void {
  const last = from.length - 1;
  if (last < 0) return;
  Buffer.from(from.buffer, from.byteOffset, from.length).copy(into, at, 0, last);
  into[at + last] = from[last]!;
}
