import {
  type AttributeChanges,
  type Attributes,
  type DirectoryChange,
  type FileType,
  type NewAttributes,
  type Principal,
  type Stamp,
  StorageError,
  type Timestamp,
} from '@polynas/core/service';
import {
  type Fattr3,
  Ftype3,
  type Nfstime3,
  type Sattr3,
  type SetAtime,
  type SetMtime,
  TimeHow,
  type WccAttr,
  type WccData,
} from '../xdr/nfs3.ts';

const TYPES = {
  file: Ftype3.NF3REG,
  directory: Ftype3.NF3DIR,
  symlink: Ftype3.NF3LNK,
  fifo: Ftype3.NF3FIFO,
  socket: Ftype3.NF3SOCK,
  block: Ftype3.NF3BLK,
  character: Ftype3.NF3CHR,
} satisfies Record<FileType, Ftype3>;

const MAX_SECONDS = 2 ** 32 - 1;

/** RFC 1813 §2.6, `nfstime3`: unsigned seconds; what lies before 1970 or after 2106 is shown as the nearest of them. */
function nfstime3({ seconds, nanoseconds }: Timestamp): Nfstime3 {
  if (seconds < 0) return { seconds: 0, nseconds: 0 };
  if (seconds > MAX_SECONDS) return { seconds: MAX_SECONDS, nseconds: 999_999_999 };
  return { seconds, nseconds: nanoseconds };
}

export function fileid3(id: bigint): bigint {
  return BigInt.asUintN(64, id);
}

/** RFC 1813 §2.6, `fattr3`. A share is a file system of its own: fsid is its id. */
export function fattr3(share: number, attributes: Attributes): Fattr3 {
  const { id, type, mode, nlink, uid, gid, size, allocated, rdev, accessed, modified, changed } = attributes;
  return {
    type: TYPES[type],
    mode,
    nlink,
    uid,
    gid,
    size,
    used: allocated,
    rdev: { specdata1: rdev.major, specdata2: rdev.minor },
    fsid: BigInt(share),
    fileid: fileid3(id),
    atime: nfstime3(accessed),
    mtime: nfstime3(modified),
    ctime: nfstime3(changed),
  };
}

function wccAttr({ size, modified, changed }: Stamp): WccAttr {
  return { size, mtime: nfstime3(modified), ctime: nfstime3(changed) };
}

/** RFC 1813 §2.6, `wcc_data`. `before` only where nobody else's change can lie between the two. */
export function wccData(share: number, before: Stamp | undefined, after: Attributes): WccData {
  return { before: before && wccAttr(before), after: fattr3(share, after) };
}

export function directoryWcc(share: number, { before, after, atomic }: DirectoryChange): WccData {
  return wccData(share, atomic ? before : undefined, after);
}

/** The ctime that a client saw, to compare with. */
export function timestamp({ seconds, nseconds }: Nfstime3): Timestamp {
  if (nseconds > 999_999_999) throw new StorageError('invalid', 'nanoseconds');
  return { seconds, nanoseconds: nseconds };
}

/** RFC 1813 §2.6, `sattr3`. */
export function changesOf({ mode, uid, gid, size, atime, mtime }: Sattr3): AttributeChanges {
  return {
    ...(mode !== undefined && { mode: mode & 0o7777 }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(size !== undefined && { size: checkedSize(size) }),
    ...timesOf(atime, mtime),
  };
}

/**
 * What a client asks for with a new file, the mode `mode` if it names none. An owner, or a group, that the caller may not give is passed over, as other
 * servers do: clients name their own idea of themselves, which squashing has changed; the answer shows what it became.
 */
export function newAttributes(sattr: Sattr3, mode: number, principal: Principal): NewAttributes {
  const { uid, gid } = sattr;
  const member = principal.superuser || gid === principal.gid || principal.groups.includes(gid ?? -1);
  return {
    mode: (sattr.mode ?? mode) & 0o7777,
    ...(uid !== undefined && principal.superuser && { uid }),
    ...(gid !== undefined && member && { gid }),
    ...timesOf(sattr.atime, sattr.mtime),
  };
}

/** A regular file may start with a size, too. */
export function newFileAttributes(sattr: Sattr3, mode: number, principal: Principal): NewAttributes {
  const attributes = newAttributes(sattr, mode, principal);
  return sattr.size === undefined ? attributes : { ...attributes, size: checkedSize(sattr.size) };
}

function timesOf(atime: SetAtime, mtime: SetMtime): Pick<AttributeChanges, 'accessed' | 'modified'> {
  const accessed = atime.setIt === TimeHow.SET_TO_CLIENT_TIME ? timestamp(atime.atime) : serverTime(atime.setIt);
  const modified = mtime.setIt === TimeHow.SET_TO_CLIENT_TIME ? timestamp(mtime.mtime) : serverTime(mtime.setIt);
  return { ...(accessed !== undefined && { accessed }), ...(modified !== undefined && { modified }) };
}

function serverTime(how: TimeHow): 'now' | undefined {
  return how === TimeHow.SET_TO_SERVER_TIME ? 'now' : undefined;
}

function checkedSize(size: number): number {
  if (!Number.isSafeInteger(size)) throw new StorageError('tooLarge', 'size above 2^53 - 1');
  return size;
}
