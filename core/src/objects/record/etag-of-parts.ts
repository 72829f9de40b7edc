import { createHash } from 'node:crypto';
import type { HandleCache, MountedShare } from '../../namespace/mounts.ts';
import type { Sidecars } from '../../namespace/sidecars.ts';
import type { Attributes } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { ContentHasher } from '../content/hasher.ts';
import { loadLarge } from './large-values.ts';
import { hashContent } from './hash-content.ts';
import { decodeParts } from './parts-codec.ts';
import type { ObjectRecord } from './record-codec.ts';
import { partsXattr } from './xattr-names.ts';

/** MD5 of the parts' MD5s, and their number: what S3 shows, and clients compute. */
export function etagOfDigests(digests: readonly Uint8Array[]): string {
  const hash = createHash('md5');
  for (const digest of digests) hash.update(digest);
  return `${hash.digest('hex')}-${digests.length}`;
}

/**
 * The etag that a content has as one of the parts that an object came in, where that is all that can tell whether it is still the object's: nobody has hashed the whole yet.
 * The content is read once more for it. `undefined`: there are no such parts.
 */
export async function etagOfParts(
  sidecars: Sidecars,
  mount: MountedShare,
  handles: HandleCache,
  hasher: ContentHasher,
  file: Attributes,
  record: ObjectRecord | undefined,
): Promise<string | undefined> {
  if (record === undefined || record.parts === 0 || record.digest !== undefined || record.size !== file.size) {
    return undefined;
  }
  const bytes = await loadLarge(sidecars, mount, {}, file.id, partsXattr);
  const sizes = bytes === undefined ? undefined : sizesOf(bytes);
  if (sizes?.reduce((sum, size) => sum + size, 0) !== file.size) return undefined;
  const digests: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    digests.push(await hashContent(mount.volume, handles, hasher, file, { start, end: start + size }));
    start += size;
  }
  return etagOfDigests(digests);
}

function sizesOf(bytes: Uint8Array): readonly number[] | undefined {
  try {
    return decodeParts(bytes).map(({ size }) => size);
  } catch (error) {
    if (isStorageError(error, 'corrupt')) return undefined;
    throw error;
  }
}
