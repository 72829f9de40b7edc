import { createHash } from 'node:crypto';
import type { ObjectMetadata } from '../../service/index.ts';

/**
 * Metadata as it is stored. A time of expiry is that of an object, which is a key: the file that another door has given another name is not the one that was
 * to go (docs/decisions/object-files.md).
 */
export interface StoredMetadata extends ObjectMetadata {
  /** The key that `expiresAt` is about, as a digest; absent in records from before there was one: then whichever it has. */
  readonly expiresAs?: string;
}

/** For an object of this key. */
export function storedFor(key: string, { headers, user, expiresAt }: ObjectMetadata): StoredMetadata {
  return expiresAt === undefined ? { headers, user } : { headers, user, expiresAt, expiresAs: digestOf(key) };
}

/** What the object of this key says. */
export function shownFor(key: string, stored: StoredMetadata): ObjectMetadata {
  const { headers, user, expiresAt, expiresAs } = stored;
  if (expiresAt === undefined) return stored;
  const isMeant = expiresAs === undefined || expiresAs === digestOf(key);
  return isMeant ? { headers, user, expiresAt } : { headers, user };
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
