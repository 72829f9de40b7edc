import type { Caller } from '../../service/index.ts';
import type { StorageErrorCode } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { ObjectParts } from '../parts.ts';
import { remove } from '../operations/delete.ts';

/** The head itself; what others hold open or locked waits for the next time. */
const sweeper = (share: MountedShare['share']): Caller => ({
  principal: { name: 'expiry', tenant: share.tenant, uid: 0, gid: 0, groups: [], superuser: true },
  door: 'internal',
  client: 'expiry',
  patience: 'tryLater',
  stateless: false,
  readOnly: false,
});

const laterCodes: readonly StorageErrorCode[] = [
  'tryLater',
  'locked',
  'sharingViolation',
  'deletePending',
  'readOnly',
  'unavailable',
  'stale',
];

/** Removes the objects of a share whose time has come, and gives their number. */
export async function removeExpired(parts: ObjectParts, mount: MountedShare): Promise<number> {
  const now = Math.floor(parts.clock.now() / 1000);
  let removed = 0;
  try {
    for await (const expired of parts.expiries.upTo(mount, now)) {
      if (!(await removeOne(parts, mount, expired.key, now))) continue;
      removed += 1;
      await expired.forget();
    }
  } catch (error) {
    // A share that was removed, or whose volume does not serve now.
    if (!isLater(error)) throw error;
  }
  return removed;
}

/** False when it has to be tried again. An object that says otherwise by now, or is gone, is done with. */
async function removeOne(parts: ObjectParts, mount: MountedShare, key: string, now: number): Promise<boolean> {
  try {
    await remove(parts, sweeper(mount.share), mount.share.id, key, undefined, now);
    return true;
  } catch (error) {
    if (isLater(error)) return false;
    throw error;
  }
}

function isLater(error: unknown): boolean {
  return laterCodes.some((code) => isStorageError(error, code));
}
