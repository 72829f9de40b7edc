import type { DoorName, NfsClientRule, Share, ShareDoors } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import { maxId } from '../accounts/users.ts';
import { foldAscii } from '../registry/names.ts';

export const doorNames: readonly DoorName[] = ['nfs', 'smb', 's3', 'swift'];

/** Whether a door can show this name: what clients of that protocol take for a name. */
const suits: Readonly<Record<DoorName, (name: string) => boolean>> = {
  nfs: (name) => name.length > 0,
  // MS-SMB2 leaves names to the server; Windows takes 80 characters, and pipes live at IPC$.
  smb: (name) =>
    name.length <= 80 && !/[\\"[\]:|<>+=;,*?/]/.test(name) && !['ipc$', 'print$'].includes(name.toLowerCase()),
  s3: isBucketName,
  // As the Swift door tells in `/info`: a container is a share, whose own name has no more either.
  swift: (name) => Buffer.byteLength(name) <= 255,
};

/** S3 bucket naming rules: 3–63 of a–z, 0–9, dots and hyphens, like host names, unlike addresses, without AWS's own affixes. */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3)$/.test(name)
  );
}

/** The name at a door: its alias, else the share's own where the door's rules take it. */
export function nameAt(door: DoorName, share: Pick<Share, 'name' | 'doors'>): string | undefined {
  const opened = share.doors[door];
  if (opened === undefined) return undefined;
  const name = opened.alias ?? share.name;
  return suits[door](name) ? name : undefined;
}

/** Windows asks in any case; the others mean what they say. */
export function doorKey(door: DoorName, tenant: string, name: string): string {
  return `${door}/${tenant}/${door === 'smb' ? foldAscii(name) : name}`;
}

/** Rejects doors that could not be served as they are said: `badName` for aliases, `invalid` for rules. */
export function checkDoors(doors: ShareDoors): void {
  for (const door of doorNames) {
    const alias = doors[door]?.alias;
    if (alias !== undefined && (!suits[door](alias) || /[\p{Cc}\p{Cs}/]/u.test(alias) || alias.length > 255)) {
      throw new StorageError('badName', `${door} cannot show a share as ${alias}`);
    }
  }
  if (doors.nfs === undefined) return;
  if (doors.nfs.rules.length === 0) throw new StorageError('invalid', 'an NFS door opens by address rules only');
  doors.nfs.rules.forEach(checkRule);
}

function checkRule(rule: NfsClientRule): void {
  // What the address means is the NFS door's to parse; here it has to be one at all.
  if (!/^(\*|[0-9A-Fa-f:.]+(\/\d{1,3})?)$/.test(rule.clients)) {
    throw new StorageError('invalid', `no address, prefix or *: ${rule.clients}`);
  }
  if (rule.access !== 'ro' && rule.access !== 'rw') throw new StorageError('invalid', 'access is ro or rw');
  if (!['none', 'root', 'all'].includes(rule.squash)) throw new StorageError('invalid', 'squash is none, root or all');
  for (const id of [rule.anonymousUid, rule.anonymousGid]) {
    if (!Number.isInteger(id) || id < 0 || id > maxId) throw new StorageError('invalid', 'anonymous uid or gid');
  }
}
