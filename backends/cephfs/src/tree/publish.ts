import { StorageError } from '@polynas/core/spi';
import type { Call, FileId, Name, NewFile, PublishOptions, Replaced } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import { fileIdOf } from '../attributes/attributes-of.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { FhPointer, Mount, Statx } from '../native/mount-api.ts';
import { changeEntry, orStale } from './change-entries.ts';
import { expectNoRecords, expectTarget } from './conditions.ts';
import { all, describe, recordOf } from './describe.ts';
import { move, onBothSides } from './move.ts';
import { checkNewFile, heldOn } from './new-entry.ts';
import { resolve } from './resolve.ts';
import { unlink } from './unlink.ts';

type File = Omit<NewFile, 'records'>;

/** A new file with its content, under a name that nobody else uses. */
interface Aside {
  readonly known: Known;
  readonly mount: Mount;
  readonly fh: FhPointer;
}

/**
 * Aside: one creation that gives the open file, then the bytes to the OSDs while the MDS hears of the rest. Then the rename, and one flush of the journal
 * for all of it. What counts for a crash is that the bytes are there before the rename is asked for.
 */
export async function publish(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  file: File,
  chunks: readonly Uint8Array[],
  options: PublishOptions,
): Promise<Replaced> {
  checkNewFile(context, file);
  expectNoRecords(options.records);
  if (options.stampIn !== undefined) throw new StorageError('notSupported', 'this volume has no content stamps');
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (size > context.traits.maxPublishBytes) throw new StorageError('tooLarge');
  const from = { directory: options.aside.directory, name: options.aside.name };
  const aside = await makeAside(context, call, from.directory, from.name, file, size === 0 ? [] : chunks);
  try {
    return await onBothSides(context, {}, from, { directory, name }, async (sides) => {
      const target = await resolve(context, {}, sides.to.inode, directory, name);
      expectTarget(target?.attributes, options.ifTarget);
      if (target?.attributes.type === 'directory') throw new StorageError('isDirectory');
      const names = { from: from.name, to: name };
      const { moved, replaced, to } = await move(context, sides, names, aside.known, target, 'content');
      return { attributes: moved, ...(replaced && { replaced }), directory: to };
    });
  } catch (error) {
    await takeAway(context, from.directory, from.name, aside.known.attributes.id);
    throw error;
  } finally {
    closeSoon(context, aside);
  }
}

async function makeAside(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  file: File,
  chunks: readonly Uint8Array[],
): Promise<Aside> {
  const { result } = await changeEntry(context, call, directory, name, async (at) => {
    const { mount } = at.inode;
    const { inode: pointer, statx, fh } = await orStale(mount.create(at.inode.pointer, name, file.mode, file));
    const id = fileIdOf(statx);
    context.mounts.learn(mount, id, pointer);
    try {
      const known = await fill(context, await heldOn(context, mount, id), statx, fh, file, chunks);
      context.names.set(at.id, name, id);
      return { changed: true, result: { known, mount, fh }, stable: withTheRename };
    } catch (error) {
      closeSoon(context, { mount, fh });
      context.attributes.drop(id);
      context.attributes.drop(at.id);
      await mount.unlink(at.inode.pointer, name).catch((second: unknown) => void context.mounts.failed(mount, second));
      throw error;
    }
  });
  return result;
}

async function withTheRename(): Promise<void> {
  return undefined;
}

/** Times are set after the bytes, which move them. */
async function fill(
  context: VolumeContext,
  inode: HeldInode,
  statx: Statx,
  fh: FhPointer,
  file: File,
  chunks: readonly Uint8Array[],
): Promise<Known> {
  try {
    if (chunks.length > 0) await inode.mount.write(fh, 0, chunks);
    const own = recordOf(file);
    const described = describe(context, inode, statx, file, own);
    await all([described, ...(chunks.length > 0 ? [inode.mount.fsync(fh, true)] : [])]);
    return { attributes: (await described).attributes, own };
  } finally {
    inode.release();
  }
}

/** Nobody waits for it: everything that it could tell is known by then. */
function closeSoon({ mounts }: VolumeContext, { mount, fh }: Pick<Aside, 'mount' | 'fh'>): void {
  if (!mount.alive) return;
  mount.close(fh).catch((error: unknown) => void mounts.failed(mount, error));
}

/** The caller sweeps what is left when this fails as well. */
async function takeAway(context: VolumeContext, directory: FileId, name: Name, id: FileId): Promise<void> {
  try {
    await unlink(context, {}, directory, name, { ifTarget: { id } });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}
