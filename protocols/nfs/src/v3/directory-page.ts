import { type Cookie, type DirectoryEntry, type FileRef, type Listed, StorageError } from '@polynas/core/service';
import type { Target } from './target.ts';

/** RFC 1813 §3.3.16, `cookieverf3`: cookies stay good as long as their directory lives, so that there is nothing to verify. */
export const COOKIE_VERIFIER = new Uint8Array(8);

const DOT_COOKIE = 1n;
const DOT_DOT_COOKIE = 2n;
const DOT = Uint8Array.of(0x2e);
const DOT_DOT = Uint8Array.of(0x2e, 0x2e);
/** What `FileService.readdir` takes. */
const MAX_LIMIT = 4096;
const NONE: readonly DirectoryEntry[] = [];

export interface DirectoryPage {
  /** `.` and `..`, as far as they come after the cookie. */
  readonly dots: readonly DirectoryEntry[];
  readonly listed: readonly DirectoryEntry[];
  /** Nothing follows the last of the entries. */
  readonly end: boolean;
  readonly directory: Listed['directory'];
}

/**
 * About `limit` entries after a cookie, and `.` and `..` before them.
 * @param entryBytes what an entry takes in the reply at least, to know how many to ask for
 */
export async function directoryPage(
  { files, caller, file }: Target,
  cookie: Cookie,
  verifier: Uint8Array,
  limit: number,
  attributes: boolean,
): Promise<DirectoryPage> {
  // RFC 1813 §3.3.16: a verifier goes with a cookie that we gave.
  if (cookie !== 0n && verifier.some((byte) => byte !== 0)) throw new StorageError('badCookie');
  const after = cookie <= DOT_DOT_COOKIE ? 0n : cookie;
  const options = { limit: Math.max(1, Math.min(limit, MAX_LIMIT)), attributes };
  const listed = await files.readdir(caller, file, after, options);
  const { entries, end, directory } = listed;
  return { dots: cookie < DOT_DOT_COOKIE ? dotsOf(file, cookie, listed) : NONE, listed: entries, end, directory };
}

function dotsOf(file: FileRef, cookie: Cookie, { directory, parent }: Listed): DirectoryEntry[] {
  const dotDot: DirectoryEntry = { name: DOT_DOT, id: parent, type: 'directory', cookie: DOT_DOT_COOKIE };
  if (cookie === DOT_COOKIE) return [dotDot];
  return [{ name: DOT, id: file.id, type: 'directory', cookie: DOT_COOKIE, attributes: directory }, dotDot];
}
