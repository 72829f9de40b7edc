import { requireSearch } from '../../access/checks.ts';
import type { Caller, FileRef, Looked } from '../../service/index.ts';
import type { FileId, Name } from '../../spi/index.ts';
import type { MountedShare } from '../mounts.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, isDot, isDotDot, isReserved, seen } from './parts.ts';

export async function lookup(parts: FileParts, caller: Caller, directory: FileRef, name: Name): Promise<Looked> {
  const mount = parts.mounts.get(directory.share);
  const { volume, share } = mount;
  // At hand in the common case: no step of the event loop then.
  const parent = volume.getattrNow?.(directory.id) ?? (await volume.getattr(caller, directory.id));
  requireSearch(caller.principal, parent);
  const shown = parent.id === share.root ? await seen(mount, caller, parent) : parent;
  if (isDot(name)) return { attributes: shown, directory: shown };
  if (isDotDot(name)) {
    const above = await parentOf(mount, caller, parent.id);
    if (above === parent.id) return { attributes: shown, directory: shown };
    return { attributes: await seen(mount, caller, await attributesOf(mount, caller, above)), directory: shown };
  }
  if (isReserved(mount, parent.id, name, caller)) return { directory: shown };
  const now = volume.lookupNow?.(parent.id, name);
  const attributes = now === undefined ? await volume.lookup(caller, parent.id, name) : now.attributes;
  return attributes === undefined ? { directory: shown } : { attributes, directory: shown };
}

/** A share's top is its own parent: nothing above it is in reach. */
export async function parentOf(mount: MountedShare, caller: Caller, directory: FileId): Promise<FileId> {
  if (directory === mount.share.root) return directory;
  return (await mount.volume.parent(caller, directory))?.id ?? directory;
}
