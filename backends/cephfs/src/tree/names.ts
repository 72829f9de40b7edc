import { StorageError } from '@polynas/core/spi';
import type { FileId, Name, VolumeTraits } from '@polynas/core/spi';

const slash = 0x2f;
const dot = 0x2e;

/** The directory in a volume's root that is this backend's own (owner record): callers do not see it. */
export const reservedName: Name = new TextEncoder().encode('.polynas');
const reservedKey = Buffer.from(reservedName).toString('latin1');
/**
 * What libcephfs takes for the door to a directory's snapshots, in any directory: a name in it is a snapshot, and who made and removed names there would make and remove
 * snapshots, which is for `Volume.snapshots` alone.
 */
export const snapshotsName = '.snap';

/** Throws `badName`, `nameTooLong`. */
export function checkName(name: Name, { maxNameBytes }: Pick<VolumeTraits, 'maxNameBytes'>): void {
  if (name.length === 0) throw new StorageError('badName', 'an empty name');
  if (name.length > maxNameBytes) throw new StorageError('nameTooLong', `a name of ${name.length} bytes`);
  if (name[0] === dot && (name.length === 1 || (name.length === 2 && name[1] === dot))) {
    throw new StorageError('badName', 'a reserved name');
  }
  if (name.includes(slash) || name.includes(0)) throw new StorageError('badName', 'a name with / or NUL');
}

/** A name in a directory as a key: by value, as names are bytes. */
export function placeOf(directory: FileId, name: Name): string {
  return `${directory}/${Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1')}`;
}

/** Names that mean nothing through the volume, and that nobody gives. */
export function isReserved(root: FileId, directory: FileId, name: Name): boolean {
  if (name[0] !== dot) return false;
  const key = Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1');
  return key === snapshotsName || (directory === root && key === reservedKey);
}

/** A copy: callers use their buffers again. */
export function copied(name: Name): Name {
  return Uint8Array.from(name);
}
