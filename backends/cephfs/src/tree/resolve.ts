import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import { fileIdOf } from '../attributes/attributes-of.ts';
import { isLeftUnpublished } from '../attributes/unpublished.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { Found } from '../native/mount-api.ts';
import { takeUnpublishedAway } from './left-unpublished.ts';

/**
 * What a name means, `undefined` when nothing. The caller holds the name's lock. A name whose file vanishes meanwhile (others write too)
 * means nothing.
 */
export async function resolve(
  context: VolumeContext,
  call: Call,
  directory: HeldInode,
  directoryId: FileId,
  name: Name,
): Promise<Known | undefined> {
  const { attributes, mounts, names } = context;
  const remembered = names.get(directoryId, name);
  if (remembered === 'absent') return undefined;
  if (remembered !== undefined) return await attributes.get(call, remembered);
  const found = await directory.mount.within(call).lookup(directory.pointer, name);
  const isLeft = found !== undefined && (await isLeftBehind(directory, found));
  if (isLeft) {
    directory.mount.put(found.inode);
    await takeUnpublishedAway(context, directory, directoryId, name);
  }
  if (found === undefined || isLeft) {
    names.set(directoryId, name, 'absent');
    return undefined;
  }
  const id = fileIdOf(found.statx);
  mounts.learn(directory.mount, id, found.inode);
  const known = await attributes.get(call, id);
  remember(context, directoryId, name, known);
  return known;
}

/** Whoever looks has the inode in hand; where that fails nobody has it. */
async function isLeftBehind({ mount }: HeldInode, { inode, statx }: Found): Promise<boolean> {
  try {
    return await isLeftUnpublished(mount, inode, statx);
  } catch (error) {
    mount.put(inode);
    throw error;
  }
}

/** A call of ours has been answered, by which the name means this file now: the one thing that it did in the directory. */
export function entered({ names }: VolumeContext, directory: FileId, name: Name, { attributes }: Known): void {
  names.changed(directory, [{ name, now: attributes }]);
}

/** The name means this file, as we have been told. */
export function remember({ names }: VolumeContext, directory: FileId, name: Name, { attributes }: Known): void {
  names.set(directory, name, attributes.id);
  if (attributes.type === 'directory') names.setAbove(attributes.id, directory, name);
}

/** The attributes of what must be a directory. Throws `notDirectory`, `stale`. */
export async function directoryAt(context: VolumeContext, call: Call, inode: HeldInode, id: FileId): Promise<Known> {
  const known = await context.attributes.of(call, inode, id);
  if (known.attributes.type !== 'directory') throw new StorageError('notDirectory');
  return known;
}
