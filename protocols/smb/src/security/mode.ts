import type { Attributes } from '@polynas/core/service';
import { type Ace, AceFlag, AceType, type Acl } from './descriptor.ts';
import { identityOf, sidOfGid, sidOfUid, WellKnownSid } from './identity.ts';

const READ = 4;
const WRITE = 2;
const EXECUTE = 1;

/** FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE (MS-DTYP 2.4.3). */
const READ_RIGHTS = 0x0012_0089;
const WRITE_RIGHTS = 0x0012_0116;
const EXECUTE_RIGHTS = 0x0012_00a0;
const DELETE_CHILD = 0x40;
const ALL_RIGHTS = 0x001f_01ff;
/** READ_CONTROL, WRITE_DAC, WRITE_OWNER, FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES, SYNCHRONIZE: an owner's whatever the mode. */
const OWNER_RIGHTS = 0x001e_0180;

const READ_DATA = 0x1;
const WRITE_DATA = 0x2;
const EXECUTE_BIT = 0x20;
/** Generic rights count as what they stand for in an ACE (MS-DTYP 2.4.3). */
const GENERIC_ALL = 0x1000_0000;
const GENERIC_EXECUTE = 0x2000_0000;
const GENERIC_WRITE = 0x4000_0000;
const GENERIC_READ = 0x8000_0000;

const ACL_REVISION = 2;

/** The discretionary ACL that says what owner and mode bits say: one entry each for the owner, the group and everyone. */
export function aclOfMode(file: Attributes): Acl {
  const directory = file.type === 'directory';
  const entry = (sid: string, mask: number): Ace => ({ aceType: AceType.ACCESS_ALLOWED, aceFlags: 0, mask, sid });
  return {
    aclRevision: ACL_REVISION,
    aces: [
      entry(sidOfUid(file.uid), rightsOfBits((file.mode >> 6) & 7, directory) | OWNER_RIGHTS),
      entry(sidOfGid(file.gid), rightsOfBits((file.mode >> 3) & 7, directory)),
      entry(WellKnownSid.EVERYONE, rightsOfBits(file.mode & 7, directory)),
    ],
  };
}

function rightsOfBits(bits: number, directory: boolean): number {
  if (bits === 7) return ALL_RIGHTS;
  let rights = 0;
  if ((bits & READ) !== 0) rights |= READ_RIGHTS;
  if ((bits & WRITE) !== 0) rights |= WRITE_RIGHTS | (directory ? DELETE_CHILD : 0);
  if ((bits & EXECUTE) !== 0) rights |= EXECUTE_RIGHTS;
  return rights;
}

/** Whom an entry is about, as far as mode bits tell people apart. */
type Class = 'owner' | 'group' | 'everyone' | 'nobody';

/** Everybody who can log on. */
const EVERYONE: ReadonlySet<string> = new Set([
  WellKnownSid.EVERYONE,
  WellKnownSid.AUTHENTICATED_USERS,
  WellKnownSid.USERS,
]);
/** Who passes every check here anyway, or is only a template for what is made below. */
const NOBODY: ReadonlySet<string> = new Set([WellKnownSid.SYSTEM, WellKnownSid.ADMINISTRATORS]);
const TEMPLATES: Readonly<Record<string, Class>> = {
  [WellKnownSid.CREATOR_OWNER]: 'nobody',
  [WellKnownSid.CREATOR_GROUP]: 'nobody',
};

/**
 * The mode that says what a discretionary ACL says; `undefined` where mode bits do not suffice (other users or groups, entries that are no plain
 * allow or deny). Set-id and sticky bits are those of `file`. An absent ACL lets everybody do everything (MS-DTYP 2.4.6).
 */
export function modeOfAcl(acl: Acl | undefined, file: Pick<Attributes, 'uid' | 'gid' | 'mode'>): number | undefined {
  const kept = file.mode & 0o7000;
  if (acl === undefined) return kept | 0o777;
  const bits = { owner: new ClassBits(), group: new ClassBits(), everyone: new ClassBits() };
  for (const ace of acl.aces) {
    // It is about what will be made below, which takes its mode after the directory's.
    if ((ace.aceFlags & AceFlag.INHERIT_ONLY) !== 0) continue;
    if (!('sid' in ace)) return undefined;
    const { aceType, mask } = ace;
    if (aceType !== AceType.ACCESS_ALLOWED && aceType !== AceType.ACCESS_DENIED) return undefined;
    const who = classOf(ace.sid, file);
    if (who === undefined) return undefined;
    if (who === 'nobody') continue;
    const allowed = aceType === AceType.ACCESS_ALLOWED;
    const touched = bitsOfRights(mask);
    if (who === 'everyone') for (const one of Object.values(bits)) one.take(touched, allowed);
    else bits[who].take(touched, allowed);
  }
  return kept | (bits.owner.granted << 6) | (bits.group.granted << 3) | bits.everyone.granted;
}

/** The first entry that speaks of a right decides about it (MS-DTYP 2.5.3.2). */
class ClassBits {
  granted = 0;
  private decided = 0;

  take(bits: number, allowed: boolean): void {
    if (allowed) this.granted |= bits & ~this.decided;
    this.decided |= bits;
  }
}

function classOf(sid: string, file: Pick<Attributes, 'uid' | 'gid'>): Class | undefined {
  if (EVERYONE.has(sid)) return 'everyone';
  if (NOBODY.has(sid)) return 'nobody';
  const template = TEMPLATES[sid];
  if (template !== undefined) return template;
  const identity = identityOf(sid);
  if (identity?.kind === 'user' && identity.uid === file.uid) return 'owner';
  if (identity?.kind === 'group' && identity.gid === file.gid) return 'group';
  return undefined;
}

function bitsOfRights(mask: number): number {
  let bits = 0;
  if ((mask & (READ_DATA | GENERIC_READ | GENERIC_ALL)) !== 0) bits |= READ;
  if ((mask & (WRITE_DATA | GENERIC_WRITE | GENERIC_ALL)) !== 0) bits |= WRITE;
  if ((mask & (EXECUTE_BIT | GENERIC_EXECUTE | GENERIC_ALL)) !== 0) bits |= EXECUTE;
  return bits;
}
