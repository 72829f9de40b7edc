import { rightsOf } from '../../access/permissions.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Name } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { FileParts } from './parts.ts';
import { attributesOf } from './parts.ts';

/** Deeper than any path that a client can name. */
const maxDepth = 4096;

export async function pathBelow(
  parts: FileParts,
  caller: Caller,
  above: FileRef,
  directory: FileRef,
  visible: boolean,
): Promise<readonly Name[] | undefined> {
  if (above.share !== directory.share) return undefined;
  const mount = parts.mounts.get(directory.share);
  const { volume, share } = mount;
  const names: Name[] = [];
  try {
    for (let here = directory.id; here !== above.id;) {
      // Nothing above a share's top is anybody's business.
      const parent = here === share.root || names.length === maxDepth ? undefined : await volume.parent(caller, here);
      if (parent === undefined) return undefined;
      if (visible) {
        // Its names are listed with read; its entries, directories on the way too, are reached with execute.
        const needed = names.length === 0 ? access.readData | access.execute : access.execute;
        const rights = rightsOf(caller.principal, await attributesOf(mount, caller, here));
        if ((rights & needed) !== needed) return undefined;
      }
      names.push(parent.name);
      here = parent.id;
    }
  } catch (error) {
    // Removed, perhaps while we climbed.
    if (isStorageError(error, 'stale')) return undefined;
    throw error;
  }
  return names.reverse();
}
