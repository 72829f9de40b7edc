import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { writesCounted } from '../tree/counted.ts';
import { FileTurn } from '../tree/file-turn.ts';
import { Attempt, overLives, unknownOutcome } from '../tree/over-lives.ts';
import { withInode, withLiving } from './inode-step.ts';

/** A change of extended attributes. */
export interface XattrChange {
  /** Throws what the cluster would answer to one that can only be done once: who finds it done later, alone on the file, knows then that it was this. Absent: done twice it is as if it was done once, whatever was there. */
  expectPossible?(inode: HeldInode): Promise<void>;
  /** Whether the file is as this leaves it. Absent where it may be done again whatever others did meanwhile. */
  isThere?(inode: HeldInode): Promise<boolean>;
  apply(inode: HeldInode): Promise<void>;
}

/** Makes a change alone on the file; answers when it is stable. When the mount is evicted meanwhile, what is not known to be done is done on the next one. */
export async function changeXattrs(
  context: VolumeContext,
  call: Call,
  id: FileId,
  change: XattrChange,
): Promise<Attributes> {
  const turn = new FileTurn(context, id);
  const attempt = new Attempt<Asked>();
  try {
    return await overLives(context, attempt, () => {
      // Who is alone on a file must not ask as others do, who wait for that.
      const having = turn.inside ? withLiving : withInode;
      return having(context, call, id, (inode) => changeOnce(context, call, id, inode, change, turn, attempt));
    });
  } finally {
    turn.leave();
  }
}

/** What the change counter was before; `undefined`: nobody knew. */
interface Asked {
  readonly change: bigint | undefined;
}

async function changeOnce(
  context: VolumeContext,
  call: Call,
  id: FileId,
  inode: HeldInode,
  change: XattrChange,
  turn: FileTurn,
  attempt: Attempt<Asked>,
): Promise<Attributes> {
  attempt.mount = inode.mount;
  await turn.enter();
  if (attempt.issued === undefined && context.traits.writers === 'head') await change.expectPossible?.(inode);
  const done = attempt.issued === undefined ? undefined : await doneEarlier(context, call, inode, id, change, attempt);
  const after = done ?? (await applied(context, id, inode, change, attempt));
  turn.leave();
  attempt.shown = true;
  await context.syncs.stable(inode);
  return after;
}

async function applied(
  context: VolumeContext,
  id: FileId,
  inode: HeldInode,
  change: XattrChange,
  attempt: Attempt<Asked>,
): Promise<Attributes> {
  try {
    await writesCounted(context, id);
    const before = context.attributes.now(id)?.attributes;
    context.xattrs?.changing(id);
    attempt.issue({ change: before?.change });
    await change.apply(inode);
    attempt.answered = true;
    return await context.attributes.changed(inode, id, undefined, before);
  } catch (error) {
    throw meant(error);
  } finally {
    context.xattrs?.changed(id);
  }
}

/**
 * After an eviction: the file as it is when an earlier mount has made the change; `undefined` when it is to be made. What the MDS has answered, a failure of its own may have undone before it was in the
 * journal.
 *
 * The change counter does not tell: who moves or takes away one of its names need not be alone on the file, and moves it. The attribute itself does where nobody else writes, since it was not so before
 * (`expectPossible`).
 */
async function doneEarlier(
  context: VolumeContext,
  call: Call,
  inode: HeldInode,
  id: FileId,
  change: XattrChange,
  { issued, answered }: Attempt<Asked>,
): Promise<Attributes | undefined> {
  const isShown = answered && change.isThere !== undefined;
  if (change.expectPossible === undefined && !isShown) return undefined;
  const isThere = await change.isThere?.(inode);
  // Others have seen it and may have changed it since: to do it again could undo theirs.
  if (isShown && isThere !== true) throw unknownOutcome();
  const { attributes } = await context.attributes.of(call, inode, id);
  if (isShown) return attributes;
  if (context.traits.writers === 'head') return isThere === true ? attributes : undefined;
  if (isThere === true || issued?.change === undefined || issued.change !== attributes.change) throw unknownOutcome();
  return undefined;
}

/** ENODATA and EEXIST are about the attribute here. */
function meant(error: unknown): unknown {
  if (isErrno(error, 'ENODATA')) return new StorageError('notFound', 'no such extended attribute', { cause: error });
  if (isErrno(error, 'EEXIST')) return new StorageError('exists', 'the extended attribute', { cause: error });
  return error;
}
