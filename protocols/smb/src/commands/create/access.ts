import { access, type AccessMask, type Attributes } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { Access } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';

/** GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE and GENERIC_ALL of files and directories (MS-SMB2 2.2.13.1). */
export const GENERIC_READ_RIGHTS = 0x0012_0089;
export const GENERIC_WRITE_RIGHTS = 0x0012_0116;
export const GENERIC_EXECUTE_RIGHTS = 0x0012_00a0;
export const ALL_RIGHTS = 0x001f_01ff;

const SPECIFIC_RIGHTS = ALL_RIGHTS;
const GENERIC = Access.GENERIC_ALL | Access.GENERIC_EXECUTE | Access.GENERIC_WRITE | Access.GENERIC_READ;
const KNOWN = SPECIFIC_RIGHTS | GENERIC | Access.MAXIMUM_ALLOWED | Access.ACCESS_SYSTEM_SECURITY;

export interface WantedAccess {
  /** Rights that must be granted, generic ones spelled out. */
  readonly rights: AccessMask;
  /** And whatever else there is (MAXIMUM_ALLOWED). */
  readonly maximum: boolean;
}

/** DesiredAccess (MS-SMB2 2.2.13.1) without generic rights. Throws `StatusError` for what nobody can be granted. */
export function wantedAccess(desired: number): WantedAccess {
  if (desired === 0 || (desired & ~KNOWN) !== 0) throw new StatusError(NtStatus.ACCESS_DENIED);
  // SACLs are not kept, and the privilege to see them is nobody's.
  if ((desired & Access.ACCESS_SYSTEM_SECURITY) !== 0) throw new StatusError(NtStatus.PRIVILEGE_NOT_HELD);
  let rights = desired & SPECIFIC_RIGHTS;
  if ((desired & Access.GENERIC_ALL) !== 0) rights |= ALL_RIGHTS;
  if ((desired & Access.GENERIC_READ) !== 0) rights |= GENERIC_READ_RIGHTS;
  if ((desired & Access.GENERIC_WRITE) !== 0) rights |= GENERIC_WRITE_RIGHTS;
  if ((desired & Access.GENERIC_EXECUTE) !== 0) rights |= GENERIC_EXECUTE_RIGHTS;
  return { rights, maximum: (desired & Access.MAXIMUM_ALLOWED) !== 0 };
}

/** Rights by which a file, or what is known of it, is changed. */
const WRITING =
  access.writeData |
  access.appendData |
  access.writeNamedAttributes |
  access.deleteChild |
  access.writeAttributes |
  access.delete |
  access.writeAcl |
  access.writeOwner;

/** MS-FSA 2.1.5.1.2.1: a read-only file is not opened for writing, whoever asks; nor is anything where the door is read-only. */
export function refusedRights(file: Attributes, readOnlyDoor: boolean): AccessMask {
  if (readOnlyDoor) return WRITING;
  if (file.type === 'directory' || (file.dosBits & FileAttribute.READONLY) === 0) return 0;
  return access.writeData | access.appendData;
}

/**
 * The rights that an open is to be granted; core checks them, and knows which of them go with which mode bits. Throws `StatusError`.
 *
 * @param possible what the caller could have, where the client asks for the maximum
 */
export function grant(wanted: WantedAccess, refused: AccessMask, possible: AccessMask | undefined): AccessMask {
  if ((wanted.rights & refused) !== 0) throw new StatusError(NtStatus.ACCESS_DENIED);
  if (possible === undefined) return wanted.rights;
  const granted = possible & ~refused & SPECIFIC_RIGHTS;
  if ((wanted.rights & ~granted) !== 0 || granted === 0) throw new StatusError(NtStatus.ACCESS_DENIED);
  return granted;
}
