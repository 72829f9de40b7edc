import type { Principal } from '../service/index.ts';
import type { Attributes } from '../spi/index.ts';
import { isMember } from './permissions.ts';

const suid = 0o4000;
const sgid = 0o2000;
const groupExecute = 0o010;

/** The mode without what lets a program run as somebody else. Sgid without group execute is no such thing (mandatory locking). */
export function withoutPrivileges(mode: number): number {
  return mode & ~suid & (mode & groupExecute ? ~sgid : ~0);
}

/** The mode to set before an ordinary user changes the content (POSIX.1 write); `undefined` when nothing is to be cleared. */
export function modeAfterWrite(principal: Principal, file: Attributes): number | undefined {
  if (principal.superuser || (file.mode & (suid | sgid)) === 0) return undefined;
  const mode = withoutPrivileges(file.mode);
  return mode === file.mode ? undefined : mode;
}

/** The sgid bit is for members of the group only (POSIX.1 chmod). */
export function modeAllowed(principal: Principal, mode: number, gid: number): number {
  return principal.superuser || isMember(principal, gid) ? mode : mode & ~sgid;
}
