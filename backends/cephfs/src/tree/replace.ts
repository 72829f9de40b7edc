import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId, Name, Replaced, ReplaceOptions } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { Mount } from '../native/mount-api.ts';
import { expectNoRecords, expectTarget } from './conditions.ts';
import { move, onBothSides } from './move.ts';
import { heldOn } from './new-entry.ts';
import { resolve } from './resolve.ts';

/** A rename over the target (`traits.replace`). */
export async function replace(
  context: VolumeContext,
  call: Call,
  fromId: FileId,
  fromName: Name,
  toId: FileId,
  toName: Name,
  options: ReplaceOptions = {},
): Promise<Replaced> {
  const [from, to] = [
    { directory: fromId, name: fromName },
    { directory: toId, name: toName },
  ];
  return await onBothSides(context, call, from, to, async (sides) => {
    const source = await resolve(context, call, sides.from.inode, fromId, fromName);
    if (source === undefined) throw new StorageError('notFound');
    const { id } = source.attributes;
    expectRegular(source.attributes);
    const target = await resolve(context, call, sides.to.inode, toId, toName);
    if (target?.attributes.id === id || source.attributes.nlink !== 1) {
      throw new StorageError('invalid', 'others use the source');
    }
    expectTarget(target?.attributes, options.ifTarget);
    if (target?.attributes.type === 'directory') throw new StorageError('isDirectory');
    expectNoRecords(options.records);
    await syncBytes(context, sides.from.inode.mount, id);
    if (options.writtenIn !== undefined && options.writtenIn !== context.mounts.epoch()) {
      throw new StorageError('unavailable', 'the cluster evicted this client, and what it had not synced is lost');
    }
    const names = { from: fromName, to: toName };
    const { moved, replaced, to: directory } = await move(context, sides, names, source, target, 'content');
    return { attributes: moved, ...(replaced && { replaced }), directory };
  });
}

function expectRegular({ type }: Attributes): void {
  if (type === 'directory') throw new StorageError('isDirectory');
  if (type !== 'file') throw new StorageError('wrongType');
}

/**
 * The bytes are on the OSDs before the rename is journalled. Size and times follow with it in one flush: an MDS that fails between has them from this client, and when
 * that is gone too it finds the size by asking the OSDs, as for every file that a lost client was writing. Throws when bytes were lost before: then
 * libcephfs has nothing to sync and says that all is well.
 */
async function syncBytes(context: VolumeContext, mount: Mount, id: FileId): Promise<void> {
  const file = await heldOn(context, mount, id);
  try {
    await context.syncs.bytes(file);
  } finally {
    file.release();
  }
  context.opens.expectWhole(id);
}
