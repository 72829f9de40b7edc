import { rightsOf } from '../../access/permissions.ts';
import type { Caller, Share } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { attributesNow } from '../../namespace/look.ts';

/** Shares that the caller owns or may list. */
export async function buckets(parts: ObjectParts, caller: Caller): Promise<readonly Share[]> {
  const { principal, door } = caller;
  const shares =
    door === 'internal' ? parts.mounts.all().map(({ share }) => share) : parts.shares.list(door, principal.tenant);
  const shown: Share[] = [];
  for (const share of shares) {
    if (share.tenant === principal.tenant && (await isShown(parts, caller, share))) shown.push(share);
  }
  return shown;
}

async function isShown(parts: ObjectParts, caller: Caller, share: Share): Promise<boolean> {
  if (caller.principal.superuser || share.owner === caller.principal.userId) return true;
  try {
    const { volume } = parts.mounts.get(share.id);
    const top = await attributesNow(volume, caller, share.root);
    return (rightsOf(caller.principal, top) & access.readData) !== 0;
  } catch (error) {
    // Removed meanwhile, or on a volume that is out of reach: it can be listed by nobody now.
    if (isStorageError(error, 'stale') || isStorageError(error, 'unavailable')) return false;
    throw error;
  }
}
