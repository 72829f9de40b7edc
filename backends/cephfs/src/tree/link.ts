import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, Created, FileId, MutationOptions, Name } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { isBoundTo } from '../mounts/is-bound-to.ts';
import { isErrno } from '../native/storage-error.ts';
import { changeEntry, orStale } from './change-entries.ts';
import type { Directory } from './change-entries.ts';
import { expectNoRecords } from './conditions.ts';
import { writesCounted } from './counted.ts';
import { heldOn } from './held-on.ts';
import { madeOver } from './left-unpublished.ts';
import { resolveKnown } from './new-entry.ts';
import { Attempt, unknownOutcome } from './over-lives.ts';
import { entered, resolve } from './resolve.ts';

export async function link(
  context: VolumeContext,
  call: Call,
  id: FileId,
  directoryId: FileId,
  name: Name,
  options: MutationOptions = {},
): Promise<Created> {
  expectNoRecords(options.records);
  const attempt = new Attempt<Attributes>();
  const { result, directory } = await changeEntry(context, call, directoryId, name, attempt, async (at) => {
    const { mount } = at.inode;
    // Nobody renames over its last name meanwhile, who would not know of this one (`take-over.ts`).
    const alone = await context.locks.files.enter(id);
    let file: HeldInode | undefined;
    try {
      file = await heldOn(context, mount, id);
      const { attributes: before, own } = await context.attributes.of(call, file, id);
      if (await isLinked(context, call, at, name, before, attempt)) return { changed: 'earlier', result: before };
      if (before.type === 'directory') throw new StorageError('isDirectory');
      if (before.nlink === 0) throw new StorageError('stale');
      if ((await resolveKnown(context, call, at, name)) !== undefined) throw new StorageError('exists');
      if (before.nlink >= context.traits.maxLinks) throw new StorageError('tooManyLinks');
      await writesCounted(context, id);
      context.attributes.drop(id);
      attempt.issue(before);
      context.names.changing(at.id, name);
      const { pointer } = file;
      await madeOver(context, at.inode, at.id, name, () => orStale(mount.link(pointer, at.inode.pointer, name)));
      // libcephfs books a new link with the directory alone. Another mount of the pool is told of it by the MDS once it is in the journal.
      if (!isBoundTo(context.mounts, id, mount)) await context.syncs.stable(at.inode);
      const attributes = await context.attributes.changed(file, id, own, {
        change: before.change,
        changed: before.changed,
        links: before.nlink + 1,
      });
      entered(context, at.id, name, { attributes, own });
      return { changed: true, result: attributes };
    } catch (error) {
      throw isErrno(error, 'EEXIST') ? new StorageError('exists', undefined, { cause: error }) : error;
    } finally {
      file?.release();
      alone.leave();
    }
  });
  return { attributes: result, created: true, directory };
}

/** Whether a client that was evicted since has made the name. */
async function isLinked(
  context: VolumeContext,
  call: Call,
  at: Directory,
  name: Name,
  now: Attributes,
  { issued, shown }: Attempt<Attributes>,
): Promise<boolean> {
  if (issued === undefined) return false;
  const found = await resolve(context, call, at.inode, at.id, name);
  if (found?.attributes.id === now.id && now.nlink > issued.nlink) return true;
  // Others may have taken it away.
  if (shown) throw unknownOutcome();
  return false;
}
