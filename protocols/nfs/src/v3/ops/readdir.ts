import {
  type Entry3,
  Nfsstat3,
  type Readdir3Args,
  type Readdir3Res,
  sizeEntry3,
  sizeReaddir3ResOk,
} from '../../xdr/nfs3.ts';
import { fattr3, fileid3 } from '../attributes.ts';
import { COOKIE_VERIFIER, directoryPage } from '../directory-page.ts';
import { MAX_LISTING } from '../limits.ts';
import { StatusError } from '../status.ts';
import type { Target } from '../target.ts';

/** What an entry with a short name takes: how many to ask for. */
const ENTRY_BYTES = 40;

/** RFC 1813 §3.3.16. `count` bounds the size of READDIR3resok. */
export async function readdir(target: Target, args: Readdir3Args): Promise<Readdir3Res> {
  const count = Math.min(args.count, MAX_LISTING);
  const page = await directoryPage(target, args.cookie, args.cookieverf, Math.ceil(count / ENTRY_BYTES), false);
  const dirAttributes = fattr3(target.file.share, page.directory);
  const cookieverf = COOKIE_VERIFIER;
  let size = sizeReaddir3ResOk({ dirAttributes, cookieverf, reply: { entries: [], eof: false } });
  const entries: Entry3[] = [];
  const all = page.dots.length === 0 ? page.listed : [...page.dots, ...page.listed];
  for (const { id, name, cookie } of all) {
    const entry = { fileid: fileid3(id), name, cookie };
    size += 4 + sizeEntry3(entry);
    if (size > count) break;
    entries.push(entry);
  }
  if (size > count && entries.length === 0) throw new StatusError(Nfsstat3.NFS3ERR_TOOSMALL);
  const eof = page.end && entries.length === all.length;
  return { status: Nfsstat3.NFS3_OK, resok: { dirAttributes, cookieverf, reply: { entries, eof } } };
}
