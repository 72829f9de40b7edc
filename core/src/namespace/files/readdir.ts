import { requireRights } from '../../access/checks.ts';
import { rightsOf } from '../../access/permissions.ts';
import type { Caller, FileRef, Listed } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Cookie, DirectoryEntry, DirectoryPage, ListOptions } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { MountedShare } from '../mounts.ts';
import { parentOf } from './lookup.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, isReserved, seen } from './parts.ts';

export async function readdir(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  cookie: Cookie,
  options: ListOptions,
): Promise<Listed> {
  const mount = parts.mounts.get(file.share);
  const before = await attributesOf(mount, caller, file.id);
  if (before.type !== 'directory') throw new StorageError('notDirectory');
  requireRights(caller.principal, before, access.readData);
  const searchable = (rightsOf(caller.principal, before) & access.execute) !== 0;
  const asked = { limit: options.limit, attributes: options.attributes && searchable };
  const page =
    file.id === mount.share.root
      ? await withoutSystem(mount, caller, cookie, asked)
      : await mount.volume.readdir(caller, file.id, cookie, asked);
  const parent = await parentOf(mount, caller, file.id);
  // Listing may move the access time; one look after it is right for both.
  const directory = await seen(mount, caller, await attributesOf(mount, caller, file.id));
  return { entries: page.entries, end: page.end, directory, parent };
}

/** A page of the top directory without core's own entry, filled up again where that left a gap. */
async function withoutSystem(
  mount: MountedShare,
  caller: Caller,
  cookie: Cookie,
  options: ListOptions,
): Promise<DirectoryPage> {
  const { volume, share } = mount;
  const shown = (entry: DirectoryEntry): boolean => !isReserved(mount, share.root, entry.name, caller);
  const page = await volume.readdir(caller, share.root, cookie, options);
  const entries = page.entries.filter(shown);
  const last = page.entries.at(-1);
  if (page.end || last === undefined || entries.length === page.entries.length) return { entries, end: page.end };
  const more = await volume.readdir(caller, share.root, last.cookie, { ...options, limit: 1 });
  return { entries: [...entries, ...more.entries.filter(shown)], end: more.end };
}
