import { isStorageError, stampOf, StorageError } from '@polynas/core/spi';
import type { Attributes, Call, DirectoryChange, FileId, Name } from '@polynas/core/spi';
import type { OwnRecord } from '../attributes/own-record.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { checkName, isReserved, placeOf } from './names.ts';
import { overLives } from './over-lives.ts';
import type { Attempt } from './over-lives.ts';
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
  /** False: the directory is as it was. `'earlier'`: a mount that was evicted since has done it. */
  readonly changed: boolean | 'earlier';
  readonly result: Result;
  /** How many more there are in the directory; none when absent. */
  readonly subdirectories?: number;
  /** How many entries it made and took away: the MDS counts each; one when absent. */
  readonly entries?: number;
  /** Brings what was done to stable storage; the directory's sync by default. Runs when others see it already. */
  readonly stable?: () => Promise<void>;
}

/**
 * Runs `step` on a name of a directory, alone on that name; answers when what it did is stable. When the mount is evicted meanwhile, the step runs again on the next one, still alone on the name unless
 * others have seen what it did (`attempt.shown`): it looks at what `attempt.issued` says before it asks for anything again.
 */
export async function changeEntry<Result, What>(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  name: Name,
  attempt: Attempt<What>,
  step: (directory: Directory) => Promise<Step<Result>>,
): Promise<{ readonly result: Result; readonly directory: DirectoryChange }> {
  checkEntryName(context, directoryId, name);
  const turn = new EntryTurn(context, directoryId, name);
  try {
    return await overLives(context, attempt, () => changeOnce(context, call, directoryId, turn, attempt, step));
  } catch (error) {
    if (isOpen(error)) context.names.drop(directoryId, name);
    throw error;
  } finally {
    turn.leave();
  }
}

/** Inside of a directory, and alone on one of its names. */
class EntryTurn {
  readonly #locks: VolumeContext['locks'];
  readonly #directory: FileId;
  readonly #place: string;
  #stays: readonly [Stay, Stay] | undefined;

  constructor({ locks }: VolumeContext, directory: FileId, name: Name) {
    this.#locks = locks;
    this.#directory = directory;
    this.#place = placeOf(directory, name);
  }

  /** Of the directory. */
  async enter(): Promise<Stay> {
    if (this.#stays !== undefined) return this.#stays[0];
    const inside = await this.#locks.directories.enter(this.#directory, 'change');
    this.#stays = [inside, await this.#locks.names.enter(this.#place)];
    return inside;
  }

  leave(): void {
    if (this.#stays !== undefined) leaveAll([this.#stays[1], this.#stays[0]]);
    this.#stays = undefined;
  }
}

async function changeOnce<Result>(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  turn: EntryTurn,
  attempt: Attempt<unknown>,
  step: (directory: Directory) => Promise<Step<Result>>,
): Promise<{ readonly result: Result; readonly directory: DirectoryChange }> {
  const inside = await turn.enter();
  let inode: HeldInode | undefined;
  try {
    inode = await heldDirectory(context, call, directoryId);
    attempt.mount = inode.mount;
    const { attributes, own } = await directoryAt(context, call, inode, directoryId);
    const { subdirectories = 0, entries = 1, ...done } = await step({ id: directoryId, inode, attributes, own });
    const { changed, result, stable } = done;
    const directory =
      changed === true
        ? await changeOf(context, { inode, attributes, own }, inside, { subdirectories, entries })
        : { before: stampOf(attributes), after: attributes, atomic: changed === false };
    turn.leave();
    attempt.shown = attempt.issued !== undefined;
    if (stable !== undefined) await stable();
    else if (changed !== false)
      await context.syncs.stable(inode, () => context.locks.directories.left(directoryId, 'change'));
    return { result, directory };
  } catch (error) {
    throw inode === undefined ? error : entryError(context, inode, error);
  } finally {
    inode?.release();
  }
}

/** The inode of a directory, once its mount serves. */
export function heldDirectory(context: VolumeContext, call: Call, id: FileId): HeldInode | Promise<HeldInode> {
  return context.mounts.holdNow(id) ?? heldWhenReady(context, call, id);
}

async function heldWhenReady(context: VolumeContext, call: Call, id: FileId): Promise<HeldInode> {
  await context.mounts.ready(call, id);
  return await context.mounts.hold(id);
}

/** The change of a directory by a step that has just been answered. */
export async function changeOf(
  context: VolumeContext,
  { inode, attributes: before, own }: Omit<Directory, 'id'>,
  inside: Stay,
  { subdirectories, entries }: Required<Pick<Step<unknown>, 'subdirectories' | 'entries'>>,
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
  // The counter counts entries that are made and taken away: those of this step alone mean that nobody else, here or there, was between.
  return { before: stampOf(before), after, atomic: inside.alone() && after.change === before.change + BigInt(entries) };
}

/** How many entries a rename makes and takes away in the directory that it goes to: for `Step.entries`. */
export function entriesOfRename(from: FileId, to: FileId, isOver: boolean): number {
  return 1 + (from === to ? 1 : 0) + (isOver ? 1 : 0);
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

/** Whether a failure leaves open what was done: it is none of our own conditions, which come before. */
export function isOpen(error: unknown): boolean {
  return !isStorageError(error) || error.cause !== undefined;
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
