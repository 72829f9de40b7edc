import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, Described, FileId, Name, Replaced, ReplaceOptions } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import type { VolumeContext } from '../context.ts';
import type { Mount } from '../native/mount-api.ts';
import { expectNoRecords, expectTarget } from './conditions.ts';
import { describeAhead, describeInPlace } from './described.ts';
import type { DescribedAhead } from './described.ts';
import { move, onBothSides, settled } from './move.ts';
import type { Moved } from './move.ts';
import { heldOn } from './held-on.ts';
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
  // What was stable in the epoch that it was written in stays so, whatever becomes of the mount after that.
  let isWhole = options.writtenIn === undefined;
  return await onBothSides(context, call, from, to, async (sides) => {
    const source = await resolve(context, call, sides.from.inode, fromId, fromName);
    const target = await resolve(context, call, sides.to.inode, toId, toName);
    const mount = sides.to.inode.mount;
    const earlier = await settled(context, sides, source, target, (moved) => mended(context, mount, moved, options));
    if (earlier !== undefined) return replacedBy(earlier);
    if (source === undefined) throw new StorageError('notFound');
    const { id } = source.attributes;
    expectRegular(source.attributes);
    if (target?.attributes.id === id || source.attributes.nlink !== 1) {
      throw new StorageError('invalid', 'others use the source');
    }
    expectTarget(target?.attributes, options.ifTarget);
    if (target?.attributes.type === 'directory') throw new StorageError('isDirectory');
    expectNoRecords(options.records);
    const described = await settle(context, source, options.described);
    isWhole ||= options.writtenIn === context.mounts.epoch();
    if (!isWhole) {
      throw new StorageError('unavailable', 'the cluster evicted this client, and what it had not synced is lost');
    }
    const names = { from: fromName, to: toName };
    return replacedBy(await move(context, sides, names, source, target, described));
  });
}

/** What the file says of itself, which was said ahead of a rename that another mount has done: stable when answered, as the directory's sync is none of this. */
async function mended(
  context: VolumeContext,
  mount: Mount,
  { attributes, own }: Known,
  { described }: ReplaceOptions,
): Promise<Attributes> {
  if (described === undefined) return attributes;
  const inode = await heldOn(context, mount, attributes.id);
  try {
    const mended = await describeInPlace(context, inode, described, own, attributes);
    await context.syncs.stable(inode);
    return mended;
  } finally {
    inode.release();
  }
}

function replacedBy({ moved, replaced, to: directory }: Moved): Replaced {
  return { attributes: moved, ...(replaced && { replaced }), directory };
}

function expectRegular({ type }: Attributes): void {
  if (type === 'directory') throw new StorageError('isDirectory');
  if (type !== 'file') throw new StorageError('wrongType');
}

/**
 * The bytes are on the OSDs, and the MDS counts what was written, before the rename is asked for; what describes them goes with them, so that the rename need not wait for the
 * journal. Throws when bytes were lost before: then libcephfs has nothing to sync and says that all is well.
 */
async function settle(
  context: VolumeContext,
  source: Known,
  described: Described | undefined,
): Promise<DescribedAhead | undefined> {
  const { mounts, opens, syncs } = context;
  const { id } = source.attributes;
  const file = await mounts.hold(id);
  try {
    const writes = opens.uncounted(id);
    const change = described && (await describeAhead(context, file, source, described));
    await syncs.stable(file);
    await opens.expectKept(id);
    opens.expectWhole(id);
    if (writes !== undefined) opens.counted(id, writes);
    return described && change !== undefined ? { ...described, change } : undefined;
  } finally {
    file.release();
  }
}
