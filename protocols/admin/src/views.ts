import type { DoorName, Share, User } from '@polynas/core/service';
import type { AdminContext, VolumeReport } from './admin-context.ts';
import { doorsView } from './door-changes.ts';
import type { ShareModel } from './models/share.ts';
import type { UserModel } from './models/user.ts';
import type { VolumeModel } from './models/volume.ts';

/** Doors that this head serves; shares may already have settings of others. */
const doorNames: readonly DoorName[] = ['nfs', 'smb', 's3', 'swift'];

const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();

export function userView(user: User): UserModel {
  return {
    id: user.id,
    tenant: user.tenant,
    name: user.name,
    uid: user.uid,
    gid: user.gid,
    groups: [...user.groups],
    administrator: user.administrator,
    disabled: user.disabled,
    accessKeys: user.accessKeys.map(({ id, createdAt, disabled }) => ({ id, createdAt: isoTime(createdAt), disabled })),
  };
}

export function openDoors(context: AdminContext, share: Share): readonly DoorName[] {
  return doorNames.filter((door) => share.doors[door] && context.services.shares.nameAt(door, share) !== undefined);
}

export function shareView(context: AdminContext, share: Share): ShareModel {
  const { accounts, shares } = context.services;
  const owner = accounts.users().find((user) => user.id === share.owner);
  const shown = openDoors(context, share).map((door) => [door, shares.nameAt(door, share) ?? ''] as const);
  return {
    id: share.id,
    tenant: share.tenant,
    name: share.name,
    volume: share.volume,
    owner: owner?.name ?? share.owner,
    ownerId: share.owner,
    createdAt: isoTime(share.createdAt),
    readOnly: share.readOnly,
    doors: doorsView(share.doors),
    shownAs: Object.fromEntries(shown),
  };
}

export function volumeView({ name, backend, place, status }: VolumeReport): VolumeModel {
  return {
    name,
    backend,
    ...(place !== undefined && { place }),
    health: status.health,
    ...(status.reason !== undefined && { reason: status.reason }),
    copies: { ...status.copies },
    bytesToHeal: status.bytesToHeal,
    ...(status.healing && { healing: { ...status.healing } }),
    capacity: { ...status.capacity },
    epoch: status.epoch.toString(16).padStart(16, '0'),
  };
}
