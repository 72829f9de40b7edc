import { waitFor } from '../../access/patience.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller } from '../../service/index.ts';
import type { Attributes, FileId } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { attributesNow } from '../../namespace/look.ts';

/**
 * Attributes whose stamp tells of every byte that somebody can have read before the call. A backend moves the stamp after it has
 * written the bytes: between the two, new bytes are read under the old stamp, so writes that are under way are waited for. Not to be called with a guard held.
 */
export async function settledAttributes(
  parts: Pick<ObjectParts, 'table' | 'clock'>,
  mount: MountedShare,
  caller: Caller,
  id: FileId,
): Promise<Attributes> {
  const settled = parts.table.writesSettled(mount.volumeName, id);
  if (settled !== undefined) await waitFor(parts.clock, caller, settled);
  return attributesNow(mount.volume, caller, id);
}
