import { stampOf } from '@polynas/core/spi';
import type { Attributes, Call, DirectoryChange, FileId, Name } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import {
  changeOf,
  checkEntryName,
  entriesOfRename,
  entryError,
  heldDirectory,
  isOpen,
  leaveAll,
} from './change-entries.ts';
import type { Directory } from './change-entries.ts';
import { writesCounted } from './counted.ts';
import { all } from './describe.ts';
import { describeInPlace } from './described.ts';
import type { DescribedAhead } from './described.ts';
import { placeOf } from './names.ts';
import { heldOn } from './held-on.ts';
import { Attempt, overLives, unknownOutcome } from './over-lives.ts';
import { beforeLoss, gone, leftOf, lostName } from './removed.ts';
import { directoryAt } from './resolve.ts';
import type { Stay } from './rooms.ts';
import { stableFile } from './stable-file.ts';
import { takeOver } from './take-over.ts';
import type { TakeOver } from './take-over.ts';

export interface Spot {
  readonly directory: FileId;
  readonly name: Name;
}

/** Two directories, of which the names are locked for the step alone. The same object when they are one. */
export interface Sides {
  readonly from: Directory;
  readonly to: Directory;
  readonly inside: { readonly from: Stay; readonly to: Stay };
  readonly attempt: Attempt<AskedMove>;
  /** Lets others in: what was done is seen by them, before it is stable. */
  readonly unlock: () => void;
}

export interface Moved {
  readonly moved: Attributes;
  readonly replaced?: Attributes;
  readonly from: DirectoryChange;
  readonly to: DirectoryChange;
}

/** What a move has asked for. */
export interface AskedMove {
  readonly source: Known;
  readonly target: Known | undefined;
}

/** Runs `step` alone on both names; when the mount is evicted meanwhile again, on the next one, where `settled` tells what became of what was asked for. */
export async function onBothSides<Result>(
  context: VolumeContext,
  call: Call,
  from: Spot,
  to: Spot,
  step: (sides: Sides) => Promise<Result>,
): Promise<Result> {
  checkEntryName(context, from.directory, from.name);
  checkEntryName(context, to.directory, to.name);
  const turn = new BothTurn(context, from, to);
  const attempt = new Attempt<AskedMove>();
  try {
    return await overLives(context, attempt, () => onceOnBothSides(context, call, from, to, turn, attempt, step));
  } finally {
    turn.leave();
  }
}

async function onceOnBothSides<Result>(
  context: VolumeContext,
  call: Call,
  from: Spot,
  to: Spot,
  turn: BothTurn,
  attempt: Attempt<AskedMove>,
  step: (sides: Sides) => Promise<Result>,
): Promise<Result> {
  const inside = await turn.enter();
  const unlock = (): void => {
    turn.leave();
    attempt.shown = attempt.issued !== undefined;
  };
  const held: HeldInode[] = [];
  const take = async (id: FileId, hold: () => Promise<HeldInode>): Promise<Directory> => {
    const inode = await hold();
    attempt.mount ??= inode.mount;
    held.push(inode);
    return { id, inode, ...(await directoryAt(context, call, inode, id)) };
  };
  attempt.mount = undefined;
  try {
    const source = await take(from.directory, async () => await heldDirectory(context, call, from.directory));
    const target =
      to.directory === from.directory
        ? source
        : await take(to.directory, () => heldOn(context, source.inode.mount, to.directory));
    return await step({ from: source, to: target, inside, attempt, unlock });
  } catch (error) {
    if (isOpen(error)) for (const { directory, name } of [from, to]) context.names.drop(directory, name);
    const [inode] = held;
    throw inode === undefined ? error : entryError(context, inode, error);
  } finally {
    for (const inode of held) inode.release();
  }
}

/** Inside of two directories, and alone on a name in each. */
class BothTurn {
  readonly #locks: VolumeContext['locks'];
  readonly #from: Spot;
  readonly #to: Spot;
  #all: Stay[] = [];
  #inside: Sides['inside'] | undefined;

  constructor({ locks }: VolumeContext, from: Spot, to: Spot) {
    this.#locks = locks;
    this.#from = from;
    this.#to = to;
  }

  async enter(): Promise<Sides['inside']> {
    this.#inside ??= await this.#enter();
    return this.#inside;
  }

  leave(): void {
    leaveAll(this.#all.splice(0));
    this.#inside = undefined;
  }

  async #enter(): Promise<Sides['inside']> {
    const [from, to] = [this.#from, this.#to];
    const directories = new Map<FileId, Stay>();
    const ids = [...new Set([from.directory, to.directory])].sort((a, b) => (a < b ? -1 : 1));
    for (const id of ids) {
      const stay = await this.#locks.directories.enter(id, 'change');
      directories.set(id, stay);
      this.#all.push(stay);
    }
    const places = new Set([placeOf(from.directory, from.name), placeOf(to.directory, to.name)]);
    for (const place of [...places].sort()) this.#all.push(await this.#locks.names.enter(place));
    return { from: directories.get(from.directory) as Stay, to: directories.get(to.directory) as Stay };
  }
}

/**
 * What became of a move that a client asked for before it was evicted, by what the names mean now; `undefined`: nothing was asked for, or it was not done and may be asked for
 * again. Throws where the names do not tell.
 */
export async function settled(
  context: VolumeContext,
  { from, to, attempt, unlock }: Sides,
  source: Known | undefined,
  target: Known | undefined,
  mended: (moved: Known) => Promise<Attributes> = async ({ attributes }) => attributes,
): Promise<Moved | undefined> {
  const { issued, shown } = attempt;
  if (issued === undefined) return undefined;
  const { id } = issued.source.attributes;
  const untouched = source?.attributes.id === id && target?.attributes.id === issued.target?.attributes.id;
  if (untouched && !shown) return undefined;
  if (target?.attributes.id !== id || source?.attributes.id === id) throw unknownOutcome();
  const replaced = issued.target && (await leftOf(context, to.inode.mount, issued.target));
  // Others may have changed it.
  const moved = shown ? target.attributes : await mended(target);
  unlock();
  await context.syncs.stable(to.inode);
  return {
    moved,
    ...(issued.target && { replaced: replaced ?? gone(issued.target, to.attributes.modified) }),
    from: { ...unchanged(from), atomic: false },
    to: { ...unchanged(to), atomic: false },
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
  await writesCounted(context, source.attributes.id);
  if (target !== undefined) await beforeLoss(context, {}, target.attributes);
  const over = await takeOver(context, target);
  const held: HeldInode[] = [];
  try {
    if (over.through === undefined) return await moveNow(context, sides, names, source, target, { over, described });
    // What only our own client knows of the file is there before another one changes it.
    await stableFile(context, source.attributes.id);
    for (const { id } of [sides.from, sides.to]) held.push(await heldOn(context, over.through, id));
    const [from, to] = held as [HeldInode, HeldInode];
    const through = { ...sides, from: { ...sides.from, inode: from }, to: { ...sides.to, inode: to } };
    return await moveNow(context, through, names, source, target, { over, described });
  } catch (error) {
    throw await over.failed(error);
  } finally {
    for (const inode of held) inode.release();
    over.end();
  }
}

async function moveNow(
  context: VolumeContext,
  sides: Sides,
  names: { readonly from: Name; readonly to: Name },
  source: Known,
  target: Known | undefined,
  { over, described }: { readonly over: TakeOver; readonly described: DescribedAhead | undefined },
): Promise<Moved> {
  const { from, to, inside, attempt, unlock } = sides;
  const { mount } = from.inode;
  const { id } = source.attributes;
  const file = await heldOn(context, mount, id);
  try {
    for (const changed of [from.id, to.id, id]) context.attributes.drop(changed);
    attempt.issue({ source, target });
    context.names.changing(from.id, names.from);
    context.names.changing(to.id, names.to);
    await mount.rename(from.inode.pointer, names.from, to.inode.pointer, names.to);
    over.renamed();
    let moved = await context.attributes.changed(file, id, source.own, source.attributes);
    const anew = described !== undefined && moved.change !== described.change;
    if (anew) moved = await describeInPlace(context, file, described, source.own, moved);
    nameMoved(context, { directory: from.id, name: names.from }, { directory: to.id, name: names.to }, source, target);
    const lost = target && (await lostName(context, mount, target));
    const toChange = await changeOf(context, to, inside.to, {
      subdirectories: subdirectories(sides, moved, target),
      entries: entriesOfRename(from.id, to.id, target !== undefined),
    });
    const fromChange = from.id === to.id ? toChange : await changeOfSource(context, sides, moved, toChange);
    unlock();
    // The MDS journals a rename as one; libcephfs books it with the target's directory and with the file (not with the source's directory), an attribute with the file alone.
    await all([context.syncs.stable(to.inode), ...(anew ? [context.syncs.stable(file)] : [])]);
    const replaced = target && (lost ?? gone(target, toChange.after.modified));
    return { moved, ...(replaced && { replaced }), from: fromChange, to: toChange };
  } finally {
    file.release();
  }
}

/** The rename has been answered: in one directory it is one step, which takes one name away and makes the other. */
function nameMoved(
  { names }: VolumeContext,
  from: Spot,
  to: Spot,
  { attributes: now }: Known,
  target: Known | undefined,
): void {
  const gone = { name: from.name };
  const made = { name: to.name, now, inPlace: target !== undefined };
  if (from.directory === to.directory) return names.changed(to.directory, [gone, made]);
  names.changed(from.directory, [gone]);
  names.changed(to.directory, [made]);
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
