import type { DirectoryEntry } from '@polynas/core/service';
import {
  type Entryplus3,
  Nfsstat3,
  type Readdirplus3Args,
  type Readdirplus3Res,
  sizeEntry3,
  sizeEntryplus3,
  sizeReaddirplus3ResOk,
} from '../../xdr/nfs3.ts';
import { fattr3, fileid3 } from '../attributes.ts';
import { COOKIE_VERIFIER, directoryPage } from '../directory-page.ts';
import { MAX_LISTING } from '../limits.ts';
import { StatusError } from '../status.ts';
import type { Target } from '../target.ts';

/** What an entry with a short name takes, with attributes and handle, and without. */
const ENTRY_BYTES = 176;
const NAME_BYTES = 40;

/**
 * RFC 1813 §3.3.17. `maxcount` bounds the size of READDIRPLUS3resok, `dircount` that of names, fileids and cookies in it; one entry
 * is given however small `dircount` is, since a client could not go on without.
 */
export async function readdirplus(target: Target, args: Readdirplus3Args): Promise<Readdirplus3Res> {
  const count = Math.min(args.maxcount, MAX_LISTING);
  const limit = Math.ceil(Math.min(count / ENTRY_BYTES, args.dircount / NAME_BYTES));
  const page = await directoryPage(target, args.cookie, args.cookieverf, limit, true);
  const dirAttributes = fattr3(target.file.share, page.directory);
  const cookieverf = COOKIE_VERIFIER;
  let size = sizeReaddirplus3ResOk({ dirAttributes, cookieverf, reply: { entries: [], eof: false } });
  let nameBytes = 0;
  const entries: Entryplus3[] = [];
  for (const found of page.entries) {
    const entry = entryplus3(target, found);
    size += 4 + sizeEntryplus3(entry);
    nameBytes += 4 + sizeEntry3(entry);
    if (size > count || (nameBytes > args.dircount && entries.length > 0)) break;
    entries.push(entry);
  }
  if (size > count && entries.length === 0) throw new StatusError(Nfsstat3.NFS3ERR_TOOSMALL);
  const eof = page.end && entries.length === page.entries.length;
  return { status: Nfsstat3.NFS3_OK, resok: { dirAttributes, cookieverf, reply: { entries, eof } } };
}

/** Without attributes (a caller who may not search, `..`) there is no handle either: that would be a look-up. */
function entryplus3(
  { handles, file: { share } }: Target,
  { id, name, cookie, attributes }: DirectoryEntry,
): Entryplus3 {
  return {
    fileid: fileid3(id),
    name,
    cookie,
    nameAttributes: attributes && fattr3(share, attributes),
    nameHandle: attributes && handles.encode({ share, id }),
  };
}
