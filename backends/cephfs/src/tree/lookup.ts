import type { Attributes, Call, FileId, Name } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { entryError, heldDirectory } from './change-entries.ts';
import { checkName, isReserved, placeOf } from './names.ts';
import { directoryAt, resolve } from './resolve.ts';

export async function lookup(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  name: Name,
): Promise<Attributes | undefined> {
  const now = lookupNow(context, directoryId, name);
  if (now !== undefined) return now.attributes;
  const looking = await context.locks.names.enter(placeOf(directoryId, name), 'look');
  try {
    const inode = await heldDirectory(context, call, directoryId);
    try {
      await directoryAt(context, call, inode, directoryId);
      if (isReserved(context.mounts.root, directoryId, name)) return undefined;
      return (await resolve(context, call, inode, directoryId, name))?.attributes;
    } catch (error) {
      throw entryError(context, inode, error);
    } finally {
      inode.release();
    }
  } finally {
    looking.leave();
  }
}

/** Where the directory, the name and the file are remembered. */
export function lookupNow(
  context: VolumeContext,
  directory: FileId,
  name: Name,
): { readonly attributes: Attributes | undefined } | undefined {
  checkName(name, context.traits);
  if (context.attributes.now(directory)?.attributes.type !== 'directory') return undefined;
  const id = context.names.get(directory, name);
  if (id === undefined) return undefined;
  if (id === 'absent') return { attributes: undefined };
  const known = context.attributes.now(id);
  return known && { attributes: known.attributes };
}
