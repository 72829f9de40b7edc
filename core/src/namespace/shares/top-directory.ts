import type { Call, FileId, NewFile, Volume } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';

/** Where the top directories of shares lie on a volume, named by share id. */
const headDirectory = Buffer.from('shares');

async function headOf(call: Call, volume: Volume): Promise<FileId> {
  const found = await volume.lookup(call, volume.root, headDirectory);
  if (found !== undefined) return found.id;
  try {
    const made = await volume.mkdir(call, volume.root, headDirectory, { uid: 0, gid: 0, mode: 0o711 });
    return made.attributes.id;
  } catch (error) {
    if (!isStorageError(error, 'exists')) throw error;
    return headOf(call, volume);
  }
}

/**
 * Makes the top directory of a new share. One that is there already was left by a crash before the share was registered: it goes,
 * or when it is not empty (it was never ours) the answer is `undefined` and the id is passed over.
 */
export async function makeTop(call: Call, volume: Volume, id: number, file: NewFile): Promise<FileId | undefined> {
  const head = await headOf(call, volume);
  const name = Buffer.from(String(id));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      return (await volume.mkdir(call, head, name, file)).attributes.id;
    } catch (error) {
      if (!isStorageError(error, 'exists')) throw error;
    }
    try {
      await volume.rmdir(call, head, name);
    } catch (error) {
      if (!['notEmpty', 'notDirectory'].some((code) => isStorageError(error) && error.code === code)) throw error;
      return undefined;
    }
  }
  return undefined;
}

/**
 * Whether the top directory of a share is still there under its name; `stale` when something else is, or no shares at all are: that is
 * another volume than the one that the share was made on, and what has its ids there is somebody else's.
 */
export async function isTopThere(call: Call, volume: Volume, id: number, root: FileId): Promise<boolean> {
  const head = await volume.lookup(call, volume.root, headDirectory);
  if (head === undefined) throw new StorageError('stale', 'the volume holds no shares');
  const top = await volume.lookup(call, head.id, Buffer.from(String(id)));
  if (top !== undefined && top.id !== root) throw new StorageError('stale', `the volume holds another share ${id}`);
  return top !== undefined;
}

/** Removes the empty top directory of a share that is gone, if it is there. */
export async function removeTop(call: Call, volume: Volume, id: number, root: FileId): Promise<void> {
  const head = await headOf(call, volume);
  try {
    await volume.rmdir(call, head, Buffer.from(String(id)), { ifTarget: { id: root } });
  } catch (error) {
    if (!isStorageError(error, 'notFound')) throw error;
  }
}
