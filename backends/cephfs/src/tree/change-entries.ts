import { isStorageError, stampOf, StorageError } from '@polynas/core/spi';
import type { Attributes, Call, DirectoryChange, FileId, Name } from '@polynas/core/spi';
import type { OwnRecord } from '../attributes/own-record.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { checkName, isReserved, placeOf } from './names.ts';
import { directoryAt } from './resolve.ts';
import type { Stay } from './rooms.ts';

/** The directory whose entries a step changes: its name is locked for it alone. */
export interface Directory {
  readonly id: FileId;
  readonly inode: HeldInode;
  /** Before the step. */
  readonly attributes: Attributes;
  readonly own: OwnRecord;
}

/** What a step did: `result` becomes the answer. */
export interface Step<Result> {
  /** False: the directory is as it was. */
  readonly changed: boolean;
  readonly result: Result;
  /** How many more there are in the directory; none when absent. */
  readonly subdirectories?: number;
  /** Brings what was done to stable storage; the directory's sync by default. Runs when others see it already. */
  readonly stable?: () => Promise<void>;
}

/** Runs `step` on a name of a directory, alone on that name; answers when what it did is stable. */
export async function changeEntry<Result>(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  name: Name,
  step: (directory: Directory) => Promise<Step<Result>>,
): Promise<{ readonly result: Result; readonly directory: DirectoryChange }> {
  checkEntryName(context, directoryId, name);
  const inside = await context.locks.directories.enter(directoryId, 'change');
  const alone = await context.locks.names.enter(placeOf(directoryId, name));
  let unlocked = false;
  const unlock = (): void => {
    if (!unlocked) leaveAll([alone, inside]);
    unlocked = true;
  };
  let inode: HeldInode | undefined;
  try {
    inode = await heldDirectory(context, call, directoryId);
    const { attributes, own } = await directoryAt(context, call, inode, directoryId);
    const { changed, result, stable, subdirectories = 0 } = await step({ id: directoryId, inode, attributes, own });
    const directory = changed
      ? await changeOf(context, { inode, attributes, own }, inside, subdirectories)
      : { before: stampOf(attributes), after: attributes, atomic: true };
    unlock();
    if (stable !== undefined) await stable();
    else if (changed) await context.syncs.stable(inode, () => context.locks.directories.left(directoryId));
    return { result, directory };
  } catch (error) {
    throw inode === undefined ? error : entryError(context, inode, error);
  } finally {
    unlock();
    inode?.release();
  }
}

/** The inode of a directory, once its mount serves. */
export async function heldDirectory(context: VolumeContext, call: Call, id: FileId): Promise<HeldInode> {
  await context.mounts.ready(call, id);
  return await context.mounts.hold(id);
}

/** The change of a directory by a step that has just been answered. */
export async function changeOf(
  context: VolumeContext,
  { inode, attributes: before, own }: Omit<Directory, 'id'>,
  inside: Stay,
  subdirectories: number,
): Promise<DirectoryChange> {
  const hidden = before.id === context.mounts.root ? context.attributes.hiddenInRoot : 0;
  if (inside.alone()) context.attributes.unsuspect(before.id);
  const after = await context.attributes.changed(inode, before.id, own, {
    change: before.change,
    changed: before.changed,
    entries: true,
    // With others inside nobody knows.
    ...(inside.alone() && { links: before.nlink + subdirectories + hidden }),
  });
  // The counter counts entry changes: by one means that nobody else, here or there, was between.
  return { before: stampOf(before), after, atomic: inside.alone() && after.change === before.change + 1n };
}

/** Throws `badName`, `nameTooLong`. */
export function checkEntryName({ traits, mounts }: VolumeContext, directory: FileId, name: Name): void {
  checkName(name, traits);
  if (isReserved(mounts.root, directory, name)) throw new StorageError('badName', 'a reserved name');
}

/** Leaves what was entered, last first. */
export function leaveAll(stays: readonly Stay[]): void {
  for (const stay of stays) stay.leave();
}

/** What a call on a directory's entries was answered, to callers. */
export function entryError(context: VolumeContext, { mount }: HeldInode, error: unknown): Error {
  if (isStorageError(error)) return error;
  return context.mounts.failed(mount, error);
}

/** ENOENT of a call that makes a name: it is the directory that is gone. */
export async function orStale<Result>(made: Promise<Result>): Promise<Result> {
  try {
    return await made;
  } catch (error) {
    throw isErrno(error, 'ENOENT') ? new StorageError('stale', 'the directory was removed', { cause: error }) : error;
  }
}
