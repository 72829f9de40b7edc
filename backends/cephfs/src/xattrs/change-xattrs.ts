import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { writesCounted } from '../tree/counted.ts';
import { withInode } from './inode-step.ts';

/** Runs a step that changes extended attributes, alone on the file; answers when what it did is stable. */
export async function changeXattrs(
  context: VolumeContext,
  call: Call,
  id: FileId,
  step: (inode: HeldInode) => Promise<void>,
): Promise<Attributes> {
  return withInode(context, call, id, async (inode) => {
    const alone = await context.locks.files.enter(id);
    let after: Attributes;
    try {
      await writesCounted(context, id);
      const before = context.attributes.now(id)?.attributes;
      context.xattrs?.changing(id);
      await step(inode);
      after = await context.attributes.changed(inode, id, undefined, before);
    } catch (error) {
      throw meant(error);
    } finally {
      context.xattrs?.changed(id);
      alone.leave();
    }
    await context.syncs.stable(inode);
    return after;
  });
}

/** ENODATA and EEXIST are about the attribute here. */
function meant(error: unknown): unknown {
  if (isErrno(error, 'ENODATA')) return new StorageError('notFound', 'no such extended attribute', { cause: error });
  if (isErrno(error, 'EEXIST')) return new StorageError('exists', 'the extended attribute', { cause: error });
  return error;
}
