import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, Guard } from '../../service/index.ts';
import type { Attributes } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { settledAttributes } from '../content/settled-attributes.ts';
import type { ObjectParts } from '../parts.ts';
import { isSameContent } from '../record/stamps.ts';

/**
 * Where the backend cannot tell contents apart in the step that takes one away, a condition on the content is looked at once more just before it, and our own
 * writes wait until the step is done: `conditionFailed` when it has become another one. What is left is a write of another client of the volume in that moment.
 */
export async function holdUnchanged(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  seen: Attributes,
): Promise<Guard | undefined> {
  if (mount.volume.traits.contentStamp) return undefined;
  const hold = parts.table.holdWrites(mount.volumeName, seen.id);
  try {
    const now = await settledAttributes(parts, mount, caller, seen.id);
    if (isSameContent(seen, now)) return hold;
    throw new StorageError('conditionFailed', 'the content has changed since it was looked at');
  } catch (error) {
    hold.exit();
    throw error;
  }
}
