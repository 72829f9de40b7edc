import { procedure, type Program } from '../rpc/program.ts';
import { NFS_PROGRAM, NFS_V3, Nfsstat3 as s, nfsV3Procedures as p } from '../xdr/nfs3.ts';
import * as failed from './failed.ts';
import { MAX_IO, MAX_LISTING } from './limits.ts';
import { access } from './ops/access.ts';
import { commit } from './ops/commit.ts';
import { create } from './ops/create.ts';
import { fsinfo } from './ops/fsinfo.ts';
import { fsstat } from './ops/fsstat.ts';
import { getattr } from './ops/getattr.ts';
import { link } from './ops/link.ts';
import { lookup } from './ops/lookup.ts';
import { mkdir } from './ops/mkdir.ts';
import { mknod } from './ops/mknod.ts';
import { pathconf } from './ops/pathconf.ts';
import { read } from './ops/read.ts';
import { readdir } from './ops/readdir.ts';
import { readdirplus, readdirplusCodec } from './ops/readdirplus.ts';
import { readlink } from './ops/readlink.ts';
import { remove } from './ops/remove.ts';
import { rename } from './ops/rename.ts';
import { rmdir } from './ops/rmdir.ts';
import { setattr } from './ops/setattr.ts';
import { symlink } from './ops/symlink.ts';
import { write } from './ops/write.ts';
import { type Door, row, rowOfTwo } from './row.ts';

/** Bytes of a reply beside its payload. */
const OVERHEAD = 512;
/** Bytes of the longest path in a symbolic link. */
const PATH = 8 * 1024;

const WALK = [s.NFS3ERR_NOENT, s.NFS3ERR_ACCES, s.NFS3ERR_NOTDIR, s.NFS3ERR_NAMETOOLONG];
const CHANGE = [s.NFS3ERR_ACCES, s.NFS3ERR_PERM, s.NFS3ERR_ROFS, s.NFS3ERR_NOSPC, s.NFS3ERR_DQUOT, s.NFS3ERR_INVAL];
const MAKE = [...CHANGE, s.NFS3ERR_EXIST, s.NFS3ERR_NOTDIR, s.NFS3ERR_NAMETOOLONG, s.NFS3ERR_NOTSUPP];
const TAKE = [...WALK, s.NFS3ERR_PERM, s.NFS3ERR_ROFS];
const LIST = [s.NFS3ERR_ACCES, s.NFS3ERR_NOTDIR, s.NFS3ERR_BAD_COOKIE, s.NFS3ERR_TOOSMALL];

/**
 * RFC 1813 §3.3, all procedures but NULL. Replay-cached is what must not be done twice; WRITE too, since a late duplicate would
 * undo what was written after it.
 */
const rows = [
  row(p.NFSPROC3_GETATTR, getattr, { handle: (args) => args.object, statuses: [], failed: failed.bare }),
  row(p.NFSPROC3_SETATTR, setattr, {
    handle: (args) => args.object,
    statuses: [...CHANGE, s.NFS3ERR_NOT_SYNC, s.NFS3ERR_FBIG],
    failed: failed.objWcc,
    replayCached: true,
  }),
  row(p.NFSPROC3_LOOKUP, lookup, {
    handle: (args) => args.what.dir,
    statuses: WALK,
    failed: failed.dirAttributes,
  }),
  row(p.NFSPROC3_ACCESS, access, { handle: (args) => args.object, statuses: [], failed: failed.objAttributes }),
  row(p.NFSPROC3_READLINK, readlink, {
    handle: (args) => args.symlink,
    statuses: [s.NFS3ERR_INVAL, s.NFS3ERR_ACCES, s.NFS3ERR_NOTSUPP],
    failed: failed.symlinkAttributes,
    replyBytes: () => PATH,
  }),
  row(p.NFSPROC3_READ, read, {
    handle: (args) => args.file,
    statuses: [s.NFS3ERR_NXIO, s.NFS3ERR_ACCES, s.NFS3ERR_INVAL],
    failed: failed.fileAttributes,
    replyBytes: (args) => OVERHEAD + Math.min(args.count, MAX_IO),
  }),
  row(p.NFSPROC3_WRITE, write, {
    handle: (args) => args.file,
    statuses: [...CHANGE, s.NFS3ERR_FBIG],
    failed: failed.fileWcc,
    replayCached: true,
  }),
  row(p.NFSPROC3_CREATE, create, {
    handle: (args) => args.where.dir,
    statuses: [...MAKE, s.NFS3ERR_FBIG],
    failed: failed.dirWcc,
    replayCached: true,
  }),
  row(p.NFSPROC3_MKDIR, mkdir, {
    handle: (args) => args.where.dir,
    statuses: [...MAKE, s.NFS3ERR_MLINK],
    failed: failed.dirWcc,
    replayCached: true,
  }),
  row(p.NFSPROC3_SYMLINK, symlink, {
    handle: (args) => args.where.dir,
    statuses: MAKE,
    failed: failed.dirWcc,
    replayCached: true,
  }),
  row(p.NFSPROC3_MKNOD, mknod, {
    handle: (args) => args.where.dir,
    statuses: MAKE,
    failed: failed.dirWcc,
    replayCached: true,
  }),
  row(p.NFSPROC3_REMOVE, remove, {
    handle: (args) => args.object.dir,
    statuses: [...TAKE, s.NFS3ERR_ISDIR],
    failed: failed.dirWcc,
    replayCached: true,
  }),
  row(p.NFSPROC3_RMDIR, rmdir, {
    handle: (args) => args.object.dir,
    statuses: [...TAKE, s.NFS3ERR_INVAL, s.NFS3ERR_EXIST, s.NFS3ERR_NOTEMPTY, s.NFS3ERR_NOTSUPP],
    failed: failed.dirWcc,
    replayCached: true,
  }),
  rowOfTwo(p.NFSPROC3_RENAME, rename, {
    handle: (args) => args.from.dir,
    second: (args) => args.to.dir,
    statuses: [...MAKE, ...TAKE, s.NFS3ERR_XDEV, s.NFS3ERR_ISDIR, s.NFS3ERR_MLINK, s.NFS3ERR_NOTEMPTY],
    failed: failed.bothWcc,
    replayCached: true,
  }),
  rowOfTwo(p.NFSPROC3_LINK, link, {
    handle: (args) => args.file,
    second: (args) => args.link.dir,
    statuses: [...MAKE, s.NFS3ERR_XDEV, s.NFS3ERR_MLINK],
    failed: failed.fileAndDirectory,
    replayCached: true,
  }),
  row(p.NFSPROC3_READDIR, readdir, {
    handle: (args) => args.dir,
    statuses: LIST,
    failed: failed.dirAttributes,
    replyBytes: (args) => OVERHEAD + Math.min(args.count, MAX_LISTING),
  }),
  row(readdirplusCodec, readdirplus, {
    handle: (args) => args.dir,
    statuses: [...LIST, s.NFS3ERR_NOTSUPP],
    failed: failed.dirAttributes,
    replyBytes: (args) => OVERHEAD + Math.min(args.maxcount, MAX_LISTING),
  }),
  row(p.NFSPROC3_FSSTAT, fsstat, { handle: (args) => args.fsroot, statuses: [], failed: failed.objAttributes }),
  row(p.NFSPROC3_FSINFO, fsinfo, { handle: (args) => args.fsroot, statuses: [], failed: failed.objAttributes }),
  row(p.NFSPROC3_PATHCONF, pathconf, { handle: (args) => args.object, statuses: [], failed: failed.objAttributes }),
  row(p.NFSPROC3_COMMIT, commit, {
    handle: (args) => args.file,
    // RFC 1813 §3.3.21 does not list them; but where space is found for what was written with UNSTABLE, it may lack here, and clients pass that on as they do for WRITE.
    statuses: [s.NFS3ERR_ACCES, s.NFS3ERR_INVAL, s.NFS3ERR_NOSPC, s.NFS3ERR_DQUOT],
    failed: failed.fileWcc,
  }),
];

/** NFS version 3 (RFC 1813). NULL is open to all, for clients that look whether the server is there. */
export function nfsProgram(door: Door): Program {
  const procedures = [procedure(p.NFSPROC3_NULL, () => undefined), ...rows.map((each) => each(door))];
  return { name: 'nfs', number: NFS_PROGRAM, versions: [{ number: NFS_V3, procedures }] };
}
