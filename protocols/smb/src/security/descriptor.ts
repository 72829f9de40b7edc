import { type Place, type Reader, WireError, type Writer } from '@polynas/core/wire';
import type { Codec } from '../messages/codec.ts';
import { sid } from './sid.ts';

/** AceType (MS-DTYP 2.4.4.1): those whose body is a mask and a SID. */
export const AceType = {
  ACCESS_ALLOWED: 0x00,
  ACCESS_DENIED: 0x01,
  SYSTEM_AUDIT: 0x02,
  SYSTEM_MANDATORY_LABEL: 0x11,
} as const;

/** AceFlags (MS-DTYP 2.4.4.1). */
export const AceFlag = {
  OBJECT_INHERIT: 0x01,
  CONTAINER_INHERIT: 0x02,
  NO_PROPAGATE_INHERIT: 0x04,
  INHERIT_ONLY: 0x08,
  INHERITED: 0x10,
  SUCCESSFUL_ACCESS: 0x40,
  FAILED_ACCESS: 0x80,
} as const;

/** Control (MS-DTYP 2.4.6). */
export const DescriptorControl = {
  OWNER_DEFAULTED: 0x0001,
  GROUP_DEFAULTED: 0x0002,
  DACL_PRESENT: 0x0004,
  DACL_DEFAULTED: 0x0008,
  SACL_PRESENT: 0x0010,
  SACL_DEFAULTED: 0x0020,
  DACL_AUTO_INHERIT_REQ: 0x0100,
  DACL_AUTO_INHERITED: 0x0400,
  SACL_AUTO_INHERITED: 0x0800,
  DACL_PROTECTED: 0x1000,
  SACL_PROTECTED: 0x2000,
  SELF_RELATIVE: 0x8000,
} as const;

/** An ACE of a type with mask and SID, or of another type with its body as it is. */
export type Ace =
  | { readonly aceType: number; readonly aceFlags: number; readonly mask: number; readonly sid: string }
  | { readonly aceType: number; readonly aceFlags: number; readonly body: Uint8Array };

/** ACL (MS-DTYP 2.4.5). */
export interface Acl {
  readonly aclRevision: number;
  readonly aces: readonly Ace[];
}

/** SECURITY_DESCRIPTOR, self-relative (MS-DTYP 2.4.6). */
export interface SecurityDescriptor {
  readonly control: number;
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly sacl: Acl | undefined;
  /** With DACL_PRESENT and none here, everybody may do everything. */
  readonly dacl: Acl | undefined;
}

const FIXED = 20;
const ACE_HEADER = 4;
const WITH_SID: ReadonlySet<number> = new Set(Object.values(AceType));

const acl: Codec<Acl> = {
  read(r: Reader): Acl {
    const start = r.position;
    const aclRevision = r.u8();
    r.skip(1);
    const end = start + r.u16le();
    const count = r.u16le();
    r.skip(2);
    const aces: Ace[] = [];
    for (let index = 0; index < count; index++) aces.push(readAce(r, end));
    return { aclRevision, aces };
  },
  write(w: Writer, value: Acl): void {
    const start = w.length;
    w.u8(value.aclRevision);
    w.u8(0);
    const size = w.reserve(2);
    w.u16le(value.aces.length);
    w.zeros(2);
    for (const ace of value.aces) writeAce(w, ace);
    if (w.length - start > 0xffff) throw new WireError('ACL above 64 KiB');
    w.patchU16le(size, w.length - start);
  },
};

function readAce(r: Reader, aclEnd: number): Ace {
  const start = r.position;
  const aceType = r.u8();
  const aceFlags = r.u8();
  const end = start + r.u16le();
  if (end < start + ACE_HEADER || end > aclEnd) throw new WireError('ACE leaves its ACL');
  if (!WITH_SID.has(aceType)) return { aceType, aceFlags, body: r.bytes(end - r.position) };
  const mask = r.u32le();
  const who = sid.read(r);
  if (r.position > end) throw new WireError('SID leaves its ACE');
  r.seek(end);
  return { aceType, aceFlags, mask, sid: who };
}

function writeAce(w: Writer, ace: Ace): void {
  const start = w.length;
  w.u8(ace.aceType);
  w.u8(ace.aceFlags);
  const size = w.reserve(2);
  if ('body' in ace) w.bytes(ace.body);
  else {
    w.u32le(ace.mask);
    sid.write(w, ace.sid);
  }
  w.patchU16le(size, w.length - start);
}

/** MS-DTYP 2.4.6. The descriptor begins where the reader's frame does. */
export const securityDescriptor: Codec<SecurityDescriptor> = {
  read(r: Reader): SecurityDescriptor {
    r.seek(0);
    if (r.u8() !== 1) throw new WireError('security descriptor of another revision');
    r.skip(1);
    const control = r.u16le();
    if ((control & DescriptorControl.SELF_RELATIVE) === 0) throw new WireError('security descriptor with pointers');
    const [owner, group, sacl, dacl] = [r.u32le(), r.u32le(), r.u32le(), r.u32le()];
    return {
      control,
      owner: part(r, owner, sid),
      group: part(r, group, sid),
      sacl: part(r, sacl, acl),
      dacl: part(r, dacl, acl),
    };
  },
  write(w: Writer, value: SecurityDescriptor): void {
    const start = w.length;
    w.u8(1);
    w.u8(0);
    w.u16le(value.control | DescriptorControl.SELF_RELATIVE);
    const [owner, group, sacl, dacl] = [w.reserve(4), w.reserve(4), w.reserve(4), w.reserve(4)];
    const put = <T>(place: Place, codec: Codec<T>, one: T | undefined): void => {
      if (one === undefined) return;
      w.align(4, start);
      w.patchU32le(place, w.length - start);
      codec.write(w, one);
    };
    put(owner, sid, value.owner);
    put(group, sid, value.group);
    put(sacl, acl, value.sacl);
    put(dacl, acl, value.dacl);
  },
};

function part<T>(r: Reader, offset: number, codec: Codec<T>): T | undefined {
  if (offset === 0) return undefined;
  if (offset < FIXED) throw new WireError('part of a security descriptor inside the fixed part');
  return codec.read(r.seek(offset));
}
