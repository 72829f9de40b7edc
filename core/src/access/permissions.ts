import type { AccessMask, Caller, Principal } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { Attributes } from '../spi/index.ts';

const readBits = access.readData;
const writeBits = access.writeData | access.appendData;
/** What anybody may who reached the file: stat it, read its ACL, and synchronize on it. */
const freeBits = access.readAttributes | access.readAcl | access.synchronize;
const ownerBits = access.writeAttributes | access.writeAcl;

export function isMember(principal: Principal, gid: number): boolean {
  return principal.gid === gid || principal.groups.includes(gid);
}

/** The three permission bits (rwx) of the mode that apply to the principal: owner's, else group's, else others' (POSIX.1 §4.5). */
export function modeBitsFor(principal: Principal, file: Attributes): number {
  if (principal.uid === file.uid) return (file.mode >> 6) & 7;
  return isMember(principal, file.gid) ? (file.mode >> 3) & 7 : file.mode & 7;
}

/**
 * The rights of a principal on a file, by owner and mode bits: one answer for every door.
 * `deleteChild` is write and execute on a directory (the sticky bit is a matter of the entry: `mayRemove`).
 */
export function rightsOf(principal: Principal, file: Attributes): AccessMask {
  const directory = file.type === 'directory';
  if (principal.superuser) {
    // As on Linux, root executes a regular file only where somebody may.
    const executable = directory || (file.mode & 0o111) !== 0;
    return (
      freeBits |
      ownerBits |
      readBits |
      access.readNamedAttributes |
      writeBits |
      access.deleteChild |
      access.delete |
      access.writeOwner |
      access.writeNamedAttributes |
      (executable ? access.execute : 0)
    );
  }
  const bits = modeBitsFor(principal, file);
  let rights = freeBits;
  if (principal.uid === file.uid) rights |= ownerBits;
  if (bits & 4) rights |= readBits | access.readNamedAttributes;
  if (bits & 2) rights |= writeBits | access.writeNamedAttributes | access.writeAttributes;
  if (bits & 1) rights |= access.execute;
  if (directory && (bits & 3) === 3) rights |= access.deleteChild;
  return rights;
}

/**
 * The rights that an open of the file may have. Clients of SMB ask for more than they use, "full control" at times: they get what changes nothing, or what is
 * checked again when it is used (docs/decisions/smb-rights.md).
 */
export function openRights(caller: Pick<Caller, 'door' | 'principal'>, file: Attributes): AccessMask {
  let rights = rightsOf(caller.principal, file);
  if (caller.door !== 'smb') return rights;
  if (caller.principal.uid === file.uid) rights |= access.writeOwner;
  if (file.type === 'directory') return rights;
  if (rights & access.readData) rights |= access.execute;
  if (rights & access.writeData) rights |= access.deleteChild;
  return rights;
}

/** Whether an entry may be removed or renamed away: rights on the directory, and under the sticky bit ownership of either (POSIX.1 unlink). */
export function mayRemove(principal: Principal, directory: Attributes, entry: Attributes): boolean {
  if (principal.superuser) return true;
  if ((rightsOf(principal, directory) & access.deleteChild) === 0) return false;
  if ((directory.mode & 0o1000) === 0) return true;
  return principal.uid === entry.uid || principal.uid === directory.uid;
}
