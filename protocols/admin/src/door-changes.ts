import type { NfsClientRule, ShareDoors } from '@polynas/core/service';
import { isClientPattern } from './client-pattern.ts';
import type { DoorChangesModel, DoorsModel, NfsDoorModel, NfsRuleModel, S3DoorModel } from './models/doors.ts';
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

function s3Door(door: S3DoorModel): NonNullable<ShareDoors['s3']> {
  return {
    ...(door.alias !== undefined && { alias: door.alias }),
    ...(door.readOnly !== undefined && { readOnly: door.readOnly }),
  };
}

/** Doors after a change: `null` closes, absent leaves as it is (RFC 7396, a door at a time). */
export function changeDoors(present: ShareDoors, changes: DoorChangesModel): ShareDoors {
  const { nfs, s3, ...rest } = present;
  const nfsAfter = changes.nfs === undefined ? nfs : changes.nfs === null ? undefined : nfsDoor(changes.nfs);
  const s3After = changes.s3 === undefined ? s3 : changes.s3 === null ? undefined : s3Door(changes.s3);
  return { ...rest, ...(nfsAfter && { nfs: nfsAfter }), ...(s3After && { s3: s3After }) };
}

/** Plain copies, as answers show them. */
export function doorsView(doors: ShareDoors): DoorsModel {
  return {
    ...(doors.nfs && { nfs: { ...doors.nfs, rules: doors.nfs.rules.map((rule) => ({ ...rule })) } }),
    ...(doors.s3 && { s3: { ...doors.s3 } }),
  };
}
