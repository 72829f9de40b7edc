const SLASH = 0x2f;
const DOT = 0x2e;

/**
 * The segments of an absolute path in MNT. Trailing and doubled slashes mean nothing: `/export/` is `/export`.
 * @returns `undefined` when it is no absolute path, or has a `.`, `..` or NUL in it: a client has no business to give those
 */
export function segmentsOf(path: Uint8Array): Uint8Array[] | undefined {
  if (path[0] !== SLASH || path.includes(0)) return undefined;
  const segments: Uint8Array[] = [];
  let from = 1;
  while (from <= path.length) {
    const slash = path.indexOf(SLASH, from);
    const to = slash === -1 ? path.length : slash;
    if (to > from) segments.push(path.subarray(from, to));
    from = to + 1;
  }
  return segments.some(isDots) ? undefined : segments;
}

function isDots(segment: Uint8Array): boolean {
  return segment.length <= 2 && segment.every((byte) => byte === DOT);
}
