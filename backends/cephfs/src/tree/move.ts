import { stampOf } from '@polynas/core/spi';
import type { Attributes, Call, DirectoryChange, FileId, Name } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { changeOf, checkEntryName, entryError, heldDirectory, leaveAll } from './change-entries.ts';
import type { Directory } from './change-entries.ts';
import { writesCounted } from './counted.ts';
import { describeInPlace } from './described.ts';
import type { DescribedAhead } from './described.ts';
import { placeOf } from './names.ts';
import { heldOn } from './new-entry.ts';
import { beforeLoss, gone, lostName } from './removed.ts';
import { directoryAt, remember } from './resolve.ts';
import type { Stay } from './rooms.ts';

export interface Spot {
  readonly directory: FileId;
  readonly name: Name;
}

/** Two directories, of which the names are locked for the step alone. The same object when they are one. */
export interface Sides {
  readonly from: Directory;
  readonly to: Directory;
  readonly inside: { readonly from: Stay; readonly to: Stay };
  /** Lets others in: what was done is seen by them, before it is stable. */
  readonly unlock: () => void;
}

export interface Moved {
  readonly moved: Attributes;
  readonly replaced?: Attributes;
  readonly from: DirectoryChange;
  readonly to: DirectoryChange;
}

/** Runs `step` alone on both names. */
export async function onBothSides<Result>(
  context: VolumeContext,
  call: Call,
  from: Spot,
  to: Spot,
  step: (sides: Sides) => Promise<Result>,
): Promise<Result> {
  checkEntryName(context, from.directory, from.name);
  checkEntryName(context, to.directory, to.name);
  const stays = await enterBoth(context, from, to);
  let unlocked = false;
  const unlock = (): void => {
    if (!unlocked) leaveAll(stays.all);
    unlocked = true;
  };
  const held: HeldInode[] = [];
  const take = async (id: FileId, hold: () => Promise<HeldInode>): Promise<Directory> => {
    const inode = await hold();
    held.push(inode);
    return { id, inode, ...(await directoryAt(context, call, inode, id)) };
  };
  try {
    const source = await take(from.directory, () => heldDirectory(context, call, from.directory));
    const target =
      to.directory === from.directory
        ? source
        : await take(to.directory, () => heldOn(context, source.inode.mount, to.directory));
    return await step({ from: source, to: target, inside: stays, unlock });
  } catch (error) {
    const [inode] = held;
    throw inode === undefined ? error : entryError(context, inode, error);
  } finally {
    unlock();
    for (const inode of held) inode.release();
  }
}

async function enterBoth({ locks }: VolumeContext, from: Spot, to: Spot) {
  const all: Stay[] = [];
  const directories = new Map<FileId, Stay>();
  const ids = [...new Set([from.directory, to.directory])].sort((a, b) => (a < b ? -1 : 1));
  for (const id of ids) {
    const stay = await locks.directories.enter(id, 'change');
    directories.set(id, stay);
    all.push(stay);
  }
  const places = new Set([placeOf(from.directory, from.name), placeOf(to.directory, to.name)]);
  for (const place of [...places].sort()) all.push(await locks.names.enter(place));
  return {
    from: directories.get(from.directory) as Stay,
    to: directories.get(to.directory) as Stay,
    all,
  };
}

/** Moves a name whose right to move is settled, `ceph_ll_rename`; what it takes over loses that name. Stable when answered. */
export async function move(
  context: VolumeContext,
  sides: Sides,
  names: { readonly from: Name; readonly to: Name },
  source: Known,
  target: Known | undefined,
  described?: DescribedAhead,
): Promise<Moved> {
  const { from, to, inside, unlock } = sides;
  const { mount } = from.inode;
  const { id } = source.attributes;
  const file = await heldOn(context, mount, id);
  try {
    await writesCounted(context, id);
    if (target !== undefined) await beforeLoss(context, {}, target.attributes);
    for (const changed of [from.id, to.id, id]) context.attributes.drop(changed);
    await mount.rename(from.inode.pointer, names.from, to.inode.pointer, names.to);
    context.names.set(from.id, names.from, 'absent');
    let moved = await context.attributes.changed(file, id, source.own, source.attributes);
    if (described !== undefined && moved.change !== described.change) {
      moved = await describeInPlace(context, file, described, source.own, moved);
    }
    remember(context, to.id, names.to, { attributes: moved, own: source.own });
    const lost = target && (await lostName(context, mount, target));
    const toChange = await changeOf(context, to, inside.to, subdirectories(sides, moved, target));
    const fromChange = from.id === to.id ? toChange : await changeOfSource(context, sides, moved, toChange);
    unlock();
    // The MDS journals a rename as one; libcephfs books it with the target's directory and with the file (not with the source's directory).
    await context.syncs.stable(to.inode);
    const replaced = target && (lost ?? gone(target, toChange.after.modified));
    return { moved, ...(replaced && { replaced }), from: fromChange, to: toChange };
  } finally {
    file.release();
  }
}

/** How many more the target's directory has. */
function subdirectories({ from, to }: Sides, moved: Attributes, target: Known | undefined): number {
  if (moved.type !== 'directory') return 0;
  return (from.id === to.id ? 0 : 1) - (target === undefined ? 0 : 1);
}

/**
 * The reply to a rename does not tell how the directory is that the name was moved out of. It is one change later, at the time of the rename; with others inside
 * nobody knows by how many, and it is asked for.
 */
async function changeOfSource(
  context: VolumeContext,
  { from, inside }: Sides,
  moved: Attributes,
  toChange: DirectoryChange,
): Promise<DirectoryChange> {
  const { attributes: before, own } = from;
  context.attributes.suspect(from.id);
  if (!inside.from.alone() || !toChange.atomic || context.traits.writers === 'shared') {
    const { attributes: after } = await context.attributes.of({}, from.inode, from.id);
    return { before: stampOf(before), after, atomic: false };
  }
  const after = {
    ...before,
    nlink: before.nlink - (moved.type === 'directory' ? 1 : 0),
    modified: toChange.after.modified,
    changed: toChange.after.modified,
    change: before.change + 1n,
  };
  context.attributes.remember({ attributes: after, own });
  return { before: stampOf(before), after, atomic: true };
}

/** The answer for a directory that was left as it was. */
export function unchanged({ attributes }: Directory): DirectoryChange {
  return { before: stampOf(attributes), after: attributes, atomic: true };
}
