import type { Attributes } from '../../spi/index.ts';

/**
 * What tells one content of a file from another. Where the backend keeps no content stamp it is the change counter, which moves with chmod
 * and the like too: then the content is hashed again, and found to be the same.
 */
export function stampOfContent(file: Attributes): bigint {
  return file.contentStamp ?? file.change;
}

/**
 * Whether a content that is being read is still the one that was found. Where the backend keeps no content stamp, what changes the file otherwise (a chmod, or that it has lost
 * its name to another) must not end the reading, and a change counter may come again for another content after a crash: size and time of the last write tell.
 */
export function isSameContent(found: Attributes, now: Attributes): boolean {
  if (now.contentStamp !== undefined) return now.contentStamp === found.contentStamp;
  const { seconds, nanoseconds } = found.modified;
  return now.size === found.size && now.modified.seconds === seconds && now.modified.nanoseconds === nanoseconds;
}

/** The etag of LIST for content that nobody has hashed: another one for each content, and no MD5 (`-0` is no number of parts). */
export function stampEtag(file: Attributes): string {
  const hex = (value: bigint): string => (value & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
  return `${hex(file.id)}${hex(file.contentStamp ?? changeAndTime(file))}-0`;
}

/** A change counter may come again for another content after a crash, and then with another time of modification. Both in one number: the odd factor spreads the count over all of it. */
function changeAndTime({ change, modified }: Attributes): bigint {
  return change * 0x9e37_79b9_7f4a_7c15n + BigInt(modified.seconds) * 1_000_000_000n + BigInt(modified.nanoseconds);
}
