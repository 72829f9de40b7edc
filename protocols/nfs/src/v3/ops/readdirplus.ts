import type { Writer } from '@polynas/core/wire';
import type { ServedCodec } from '../../codec/procedure-codec.ts';
import { encodeBool, encodeFixed } from '../../codec/xdr.ts';
import {
  encodePostOpAttr,
  encodeReaddirplus3Res,
  NFS3_COOKIEVERFSIZE,
  Nfsstat3,
  nfsV3Procedures,
  type PostOpAttr,
  type Readdirplus3Args,
  type Readdirplus3Res,
  sizeReaddirplus3ResOk,
} from '../../xdr/nfs3.ts';
import { fattr3 } from '../attributes.ts';
import { COOKIE_VERIFIER, directoryPage } from '../directory-page.ts';
import { MAX_LISTING } from '../limits.ts';
import { encodeRows, type Rows } from '../listed-rows.ts';
import { StatusError } from '../status.ts';
import type { Target } from '../target.ts';

/** What an entry with a short name takes, with attributes and handle, and without. */
const ENTRY_BYTES = 176;
const NAME_BYTES = 40;

/** `READDIRPLUS3resok` with the rows of its list encoded already. */
interface Listing {
  readonly dirAttributes: PostOpAttr;
  readonly rows: readonly Rows[];
  readonly eof: boolean;
}

export type ReaddirplusResult =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: Listing }
  | Exclude<Readdirplus3Res, { readonly status: typeof Nfsstat3.NFS3_OK }>;

function encodeResult(w: Writer, v: ReaddirplusResult): void {
  if (v.status !== Nfsstat3.NFS3_OK) {
    encodeReaddirplus3Res(w, v);
    return;
  }
  const { dirAttributes, rows, eof } = v.resok;
  w.i32(v.status);
  encodePostOpAttr(w, dirAttributes);
  encodeFixed(w, COOKIE_VERIFIER, NFS3_COOKIEVERFSIZE);
  for (const { bytes } of rows) w.bytes(bytes);
  w.u32(0);
  encodeBool(w, eof);
}

/** The procedure as a server encodes it: a reply has hundreds of rows, which as objects cost more than all else of it. */
const { name, number, decodeArgs } = nfsV3Procedures.NFSPROC3_READDIRPLUS;
export const readdirplusCodec: ServedCodec<Readdirplus3Args, ReaddirplusResult> = {
  name,
  number,
  decodeArgs,
  encodeResult,
};

/**
 * RFC 1813 §3.3.17. `maxcount` bounds the size of READDIRPLUS3resok, `dircount` that of names, fileids and cookies in it; one entry
 * is given however small `dircount` is, since a client could not go on without.
 */
export async function readdirplus(target: Target, args: Readdirplus3Args): Promise<ReaddirplusResult> {
  const { handles, file, rows } = target;
  const { share } = file;
  const count = Math.min(args.maxcount, MAX_LISTING);
  const limit = Math.ceil(Math.min(count / ENTRY_BYTES, args.dircount / NAME_BYTES));
  const page = await directoryPage(target, args.cookie, args.cookieverf, limit, true);
  const dirAttributes = fattr3(share, page.directory);
  const empty = { dirAttributes, cookieverf: COOKIE_VERIFIER, reply: { entries: [], eof: false } };
  const room = count - sizeReaddirplus3ResOk(empty);
  const dots = encodeRows(handles, share, page.dots, { bytes: room, nameBytes: args.dircount, least: true });
  const listed =
    dots.count < page.dots.length
      ? encodeRows(handles, share, [], { bytes: 0, nameBytes: 0, least: false })
      : rows.of(share, page.listed, {
          bytes: room - dots.bytes.length,
          nameBytes: args.dircount - dots.nameBytes,
          least: dots.count === 0,
        });
  const given = dots.count + listed.count;
  const there = page.dots.length + page.listed.length;
  if (given === 0 && (there > 0 || room < 0)) throw new StatusError(Nfsstat3.NFS3ERR_TOOSMALL);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: { dirAttributes, rows: [dots, listed], eof: page.end && given === there },
  };
}
