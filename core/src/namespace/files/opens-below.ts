import type { Call, FileId } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { MountedShare } from '../mounts.ts';
import type { FileParts } from './parts.ts';

/**
 * Whether a client of SMB has anything open below a directory (MS-FSA 2.1.4.2), by the names that it was opened by. Each directory on the ways up is
 * looked at once.
 */
export async function hasOpensBelow(
  parts: Pick<FileParts, 'table'>,
  mount: MountedShare,
  call: Call,
  directory: FileId,
): Promise<boolean> {
  const { files } = parts.table.volume(mount.volumeName);
  const places = new Set<FileId>();
  for (const { file, opens } of files.values()) {
    if (file.share !== mount.share.id) continue;
    for (const { door, place } of opens.values())
      if (door === 'smb' && place !== undefined) places.add(place.directory);
  }
  const outside = new Set<FileId>([mount.share.root]);
  outside.delete(directory);
  for (const place of places) if (await isWithin(mount, call, place, directory, outside)) return true;
  return false;
}

async function isWithin(
  mount: MountedShare,
  call: Call,
  start: FileId,
  directory: FileId,
  outside: Set<FileId>,
): Promise<boolean> {
  const way: FileId[] = [];
  try {
    for (let here = start; !outside.has(here);) {
      if (here === directory) return true;
      way.push(here);
      const parent = await mount.volume.parent(call, here);
      if (parent === undefined) break;
      here = parent.id;
    }
  } catch (error) {
    // A removed directory is below nothing.
    if (!isStorageError(error, 'stale')) throw error;
  }
  for (const id of way) outside.add(id);
  return false;
}
