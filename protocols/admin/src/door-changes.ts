import type { NfsClientRule, ShareDoors } from '@polynas/core/service';
import { isClientPattern } from './client-pattern.ts';
import type { DoorChangesModel, DoorsModel, NfsDoorModel, NfsRuleModel } from './models/doors.ts';
import { InvalidRequest } from './problem.ts';

/** uid and gid of nobody, as on most systems. */
const nobody = 65_534;

function nfsRule(rule: NfsRuleModel, index: number): NfsClientRule {
  if (!isClientPattern(rule.clients)) {
    const path = `doors.nfs.rules.${index}.clients`;
    throw new InvalidRequest([{ path, message: 'expected an address, a CIDR prefix such as 10.0.0.0/8, or *' }]);
  }
  return {
    clients: rule.clients,
    access: rule.access ?? 'rw',
    squash: rule.squash ?? 'root',
    anonymousUid: rule.anonymousUid ?? nobody,
    anonymousGid: rule.anonymousGid ?? nobody,
    privilegedPort: rule.privilegedPort ?? false,
  };
}

function nfsDoor(door: NfsDoorModel): NonNullable<ShareDoors['nfs']> {
  return { rules: door.rules.map(nfsRule), ...(door.alias !== undefined && { alias: door.alias }) };
}

/** What the doors other than NFS are told of a share. */
interface PlainDoor {
  readonly alias?: string;
  readonly readOnly?: boolean;
}

function plainDoor(door: PlainDoor): PlainDoor {
  return {
    ...(door.alias !== undefined && { alias: door.alias }),
    ...(door.readOnly !== undefined && { readOnly: door.readOnly }),
  };
}

/** One door after a change: `null` closes it, absent leaves it as it is (RFC 7396). */
function after<Model, Door>(
  present: Door | undefined,
  change: Model | null | undefined,
  made: (model: Model) => Door,
): Door | undefined {
  if (change === undefined) return present;
  return change === null ? undefined : made(change);
}

/** Doors after a change, a door at a time. */
export function changeDoors(present: ShareDoors, changes: DoorChangesModel): ShareDoors {
  const nfs = after(present.nfs, changes.nfs, nfsDoor);
  const s3 = after(present.s3, changes.s3, plainDoor);
  const smb = after(present.smb, changes.smb, plainDoor);
  const swift = after(present.swift, changes.swift, plainDoor);
  return { ...(nfs && { nfs }), ...(s3 && { s3 }), ...(smb && { smb }), ...(swift && { swift }) };
}

/** Plain copies, as answers show them. */
export function doorsView({ nfs, s3, smb, swift }: ShareDoors): DoorsModel {
  return {
    ...(nfs && { nfs: { ...nfs, rules: nfs.rules.map((rule) => ({ ...rule })) } }),
    ...(s3 && { s3: { ...s3 } }),
    ...(smb && { smb: { ...smb } }),
    ...(swift && { swift: { ...swift } }),
  };
}
