import { requireSearch } from '../../access/checks.ts';
import type { Caller, FileRef, Looked } from '../../service/index.ts';
import type { Attributes, FileId, Name } from '../../spi/index.ts';
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
  if (isDot(name)) return { attributes: shown, name, directory: shown };
  if (isDotDot(name)) {
    const above = await parentOf(mount, caller, parent.id);
    if (above === parent.id) return { attributes: shown, name, directory: shown };
    return { attributes: await seen(mount, caller, await attributesOf(mount, caller, above)), name, directory: shown };
  }
  if (isReserved(mount, parent.id, name, caller)) return { directory: shown };
  const now = volume.lookupNow?.(parent.id, name);
  const attributes = now === undefined ? await volume.lookup(caller, parent.id, name) : now.attributes;
  if (attributes !== undefined) {
    parts.places.found(mount.volumeName, attributes.id, parent.id, name);
    return { attributes, name, directory: shown };
  }
  return caller.foldNames === true ? lookupFolded(parts, mount, caller, shown, name) : { directory: shown };
}

async function lookupFolded(
  parts: FileParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  name: Name,
): Promise<Looked> {
  const other = await parts.folded.find(mount, caller, directory.id, name);
  const attributes = other && (await mount.volume.lookup(caller, directory.id, other));
  return attributes === undefined ? { directory } : { attributes, name: other!, directory };
}

/** A share's top is its own parent: nothing above it is in reach. */
export async function parentOf(mount: MountedShare, caller: Caller, directory: FileId): Promise<FileId> {
  if (directory === mount.share.root) return directory;
  return (await mount.volume.parent(caller, directory))?.id ?? directory;
}
