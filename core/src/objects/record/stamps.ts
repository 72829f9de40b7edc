import type { Attributes } from '../../spi/index.ts';

/**
 * What tells one content of a file from another. Where the backend keeps no content stamp it is the change counter, which moves with chmod
 * and the like too: then the content is hashed again, and found to be the same.
 */
export function stampOfContent(file: Attributes): bigint {
  return file.contentStamp ?? file.change;
}

/** The etag of LIST for content that nobody has hashed: another one for each content, and no MD5 (`-0` is no number of parts). */
export function stampEtag(file: Attributes): string {
  const hex = (value: bigint): string => (value & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
  return `${hex(file.id)}${hex(stampOfContent(file))}-0`;
}
