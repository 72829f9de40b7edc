import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId, Name, PublishOptions, Replaced } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import { fileIdOf } from '../attributes/attributes-of.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { FhPointer, Mount, Statx } from '../native/mount-api.ts';
import type { Directory } from './change-entries.ts';
import { changeEntry, checkEntryName, entriesOfRename, entryError, heldDirectory, orStale } from './change-entries.ts';
import { expectNoRecords, expectTarget } from './conditions.ts';
import { all, describe, lacking, recordOf } from './describe.ts';
import { describeInPlace, foretold } from './described.ts';
import { heldOn } from './held-on.ts';
import { checkNewFile } from './new-entry.ts';
import { lookup } from './lookup.ts';
import { Attempt, overLives, unknownOutcome } from './over-lives.ts';
import { publishNew } from './publish-new.ts';
import { closeSoon, oneWrite, rememberContent } from './published-content.ts';
import type { Content } from './published-content.ts';
import { reading } from './reading.ts';
import { beforeLoss, gone, leftOf, lostName } from './removed.ts';
import { resolve } from './resolve.ts';
import { takeOver } from './take-over.ts';
import type { TakeOver } from './take-over.ts';
import { stableFileOn } from './stable-file.ts';
import { unlink } from './unlink.ts';

/** A new file with its content, under a name that nobody else uses. */
interface Aside {
  readonly known: Known;
  /** What the description says of the change counter. */
  readonly foretold: bigint | undefined;
  /** With the description. */
  readonly xattrs: Content['file']['xattrs'];
  readonly mount: Mount;
  readonly fh: FhPointer;
  /** Whether the journal has all of the file once it has the rename. */
  readonly goesWithName: boolean;
}

/**
 * A name that means nothing yet: `publish-new.ts`. Else aside: one creation that gives the open file, then the bytes to the OSDs while the MDS hears of the rest. Then the rename, and one flush of the journal
 * for all of it. What counts for a crash is that the bytes are there before the rename is asked for.
 */
export async function publish(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  file: Content['file'],
  chunks: readonly Uint8Array[],
  options: PublishOptions,
): Promise<Replaced> {
  checkNewFile(context, file);
  expectNoRecords(options.records);
  if (options.stampIn !== undefined) throw new StorageError('notSupported', 'this volume has no content stamps');
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  if (size > context.traits.maxPublishBytes) throw new StorageError('tooLarge');
  const content = { file, chunks: size === 0 ? [] : chunks, size };
  const made = await publishNew(context, { directory, name }, content, options);
  if (made !== undefined) return made;
  // Nothing is seen of it before the rename, which looks after itself: all before it is done anew when the mount is evicted.
  const attempt = new Attempt<never>();
  let again = false;
  return await overLives(context, attempt, async () => {
    if (again) await sweepAside(context, call, options.aside);
    again = true;
    return await publishOnce(context, call, { directory, name }, content, options);
  });
}

async function publishOnce(
  context: VolumeContext,
  call: Call,
  to: Place,
  content: Content,
  options: PublishOptions,
): Promise<Replaced> {
  const from = { directory: options.aside.directory, name: options.aside.name };
  const aside = await makeAside(context, call, from, content, options.described);
  try {
    return await putInPlace(context, from, to, content, aside, options);
  } catch (error) {
    await takeAway(context, from.directory, from.name, aside.known.attributes.id);
    throw error;
  } finally {
    closeSoon(context, aside);
  }
}

interface Place {
  readonly directory: FileId;
  readonly name: Name;
}

/** The rename, and one flush of the journal for all that was done. Nobody stops it half-way. */
async function putInPlace(
  context: VolumeContext,
  from: Place,
  { directory: directoryId, name }: Place,
  content: Content,
  aside: Aside,
  { ifTarget, described }: PublishOptions,
): Promise<Replaced> {
  const attempt = new Attempt<{ readonly target: Known | undefined }>();
  const { result, directory } = await changeEntry(context, {}, directoryId, name, attempt, async (at) => {
    const target = await resolve(context, {}, at.inode, directoryId, name);
    if (attempt.issued !== undefined || !aside.mount.alive) {
      const { target: replaced } = expectRenamed(attempt, aside, target);
      const attributes = attempt.shown
        ? (target as Known).attributes
        : await mended(context, at, content, aside, described);
      const lost = replaced && (await leftOf(context, at.inode.mount, replaced));
      return { changed: 'earlier', result: { attributes, target: replaced, lost } };
    }
    expectTarget(target?.attributes, ifTarget);
    if (target?.attributes.type === 'directory') throw new StorageError('isDirectory');
    if (target !== undefined) await beforeLoss(context, {}, target.attributes);
    const over = await takeOver(context, target);
    try {
      attempt.issue({ target });
      context.names.changing(directoryId, name);
      if (over.through !== undefined) await renameThrough(context, over.through, at, from, name, aside);
      const renamed = await renameInto(context, at, from, name, target, aside, described, over);
      const { attributes, goesWithName } = renamed;
      // Else the description was put right.
      const { xattrs } = aside.foretold === attributes.change ? aside : {};
      rememberContent(context, attributes, xattrs, content);
      const lost = target && (await lostName(context, at.inode.mount, target));
      const entries = entriesOfRename(from.directory, directoryId, target !== undefined);
      const stable = (): Promise<void> => stableWhole(context, at, { ...aside, goesWithName });
      return { changed: true, entries, result: { attributes, target, lost }, stable };
    } catch (error) {
      throw await over.failed(error);
    } finally {
      over.end();
    }
  });
  const { attributes, target, lost } = result;
  const replaced = target && (lost ?? gone(target, directory.after.modified));
  return { attributes, ...(replaced && { replaced }), directory };
}

/** After an eviction: what the name means tells whether the rename was done. Throws `unavailable` where it was not, and may be asked for again with a new file. */
function expectRenamed<What>({ issued, shown }: Attempt<What>, { known }: Aside, found: Known | undefined): What {
  const again = new StorageError('unavailable', 'the cluster evicted this client before the file had its name');
  if (issued === undefined) throw again;
  if (found?.attributes.id === known.attributes.id) return issued;
  // Others may have put something in its place since.
  if (shown) throw unknownOutcome();
  throw again;
}

/** What only the client knew that is gone (modes and times that it had set) is said again. The bytes were on the OSDs before the rename was asked for. */
async function mended(
  context: VolumeContext,
  { inode: { mount } }: Directory,
  { file, size }: Content,
  { known }: Aside,
  described: PublishOptions['described'],
): Promise<Attributes> {
  const { own } = known;
  const inode = await heldOn(context, mount, known.attributes.id);
  try {
    const statx = await mount.getattr(inode.pointer);
    if (statx.size !== size) throw new StorageError('io', 'the file that was published has another size');
    const { attributes } = await describe(context, inode, statx, file, own);
    const mended =
      described === undefined ? attributes : await describeInPlace(context, inode, described, own, attributes);
    // The directory's sync is none of what was said of the file.
    await context.syncs.stable(inode);
    return mended;
  } finally {
    inode.release();
  }
}

/** The rename alone, by another client (`take-over.ts`): journalled, so that ours is told; what ours still knew alone is there before. */
async function renameThrough(
  context: VolumeContext,
  through: Mount,
  at: Directory,
  from: Place,
  name: Name,
  { known, mount }: Aside,
): Promise<void> {
  const held: HeldInode[] = [];
  const take = async (id: FileId): Promise<HeldInode> => {
    const inode = await heldOn(context, through, id);
    held.push(inode);
    return inode;
  };
  try {
    await stableFileOn(context, mount, known.attributes.id);
    const source = await take(from.directory);
    const target = await take(at.id);
    await through.rename(source.pointer, from.name, target.pointer, name);
    await context.syncs.stable(target);
    context.attributes.suspect(at.id);
  } finally {
    for (const inode of held) inode.release();
  }
}

async function renameInto(
  context: VolumeContext,
  at: Directory,
  from: Place,
  name: Name,
  target: Known | undefined,
  { known, foretold: change, goesWithName }: Aside,
  described: PublishOptions['described'],
  over: TakeOver,
): Promise<{ readonly attributes: Attributes } & Pick<Aside, 'goesWithName'>> {
  const { own } = known;
  const { id } = known.attributes;
  const { mount, pointer } = at.inode;
  const source = await heldOn(context, mount, from.directory);
  const file = await heldOn(context, mount, id);
  try {
    for (const changed of [at.id, id]) context.attributes.drop(changed);
    if (over.through === undefined) await mount.rename(source.pointer, from.name, pointer, name);
    over.renamed();
    if (from.directory !== at.id) changedAside(context, from);
    let attributes = await context.attributes.changed(file, id, own, known.attributes);
    const anew = described !== undefined && attributes.change !== change;
    if (anew) attributes = await describeInPlace(context, file, described, own, attributes);
    const made = { name, now: known.attributes, inPlace: target !== undefined };
    context.names.changed(at.id, from.directory === at.id ? [{ name: from.name }, made] : [made]);
    return { attributes, goesWithName: goesWithName && !anew };
  } finally {
    file.release();
    source.release();
  }
}

/**
 * libcephfs books a rename with the file as well as with the directory: of one mount, one sync is enough, and that of the directory is shared with all who
 * publish there. Size and time of the last write are not waited for then: should this client be lost, the MDS finds them by asking the OSDs.
 */
async function stableWhole(
  context: VolumeContext,
  at: Directory,
  { known, mount, goesWithName }: Aside,
): Promise<void> {
  if (goesWithName) return await context.syncs.stable(at.inode);
  const isOne = mount.incarnation === at.inode.mount.incarnation;
  await all([stableFileOn(context, mount, known.attributes.id), ...(isOne ? [] : [context.syncs.stable(at.inode)])]);
}

/** No locks: the name is nobody else's. */
async function makeAside(
  context: VolumeContext,
  call: Call,
  { directory, name }: Place,
  { file, chunks }: Content,
  described: PublishOptions['described'],
): Promise<Aside> {
  checkEntryName(context, directory, name);
  const inode = await heldDirectory(context, call, directory);
  const { mount } = inode;
  try {
    const { inode: pointer, statx, fh } = await orStale(mount.create(inode.pointer, name, file.mode, file));
    changedAside(context, { directory, name });
    const id = fileIdOf(statx);
    context.mounts.learn(mount, id, pointer);
    try {
      const held = await heldOn(context, mount, id);
      return { ...(await fill(context, inode, held, { statx, fh }, file, chunks, described)), mount, fh };
    } catch (error) {
      closeSoon(context, { mount, fh });
      context.attributes.drop(id);
      await mount.unlink(inode.pointer, name).catch((second: unknown) => void context.mounts.failed(mount, second));
      changedAside(context, { directory, name });
      throw error;
    }
  } catch (error) {
    throw entryError(context, inode, error);
  } finally {
    inode.release();
  }
}

/** What the directory looks like is asked for when somebody wants to know, which is seldom. */
function changedAside({ names, attributes }: VolumeContext, { directory, name }: Place): void {
  names.drop(directory, name);
  attributes.suspect(directory);
}

/**
 * Times are set after the bytes, which move them. A rename waits for the journal where the file has extended attributes that are not in it yet: it is flushed
 * while the bytes are on their way, for all who publish at this moment.
 *
 * `goesWithName`: nothing is left that only this client knows of, as it does of modes and times that it set. It counted one write; the rename is one change later to
 * the MDS as well.
 */
async function fill(
  context: VolumeContext,
  directory: HeldInode,
  inode: HeldInode,
  { statx, fh }: { readonly statx: Statx; readonly fh: FhPointer },
  file: Content['file'],
  chunks: readonly Uint8Array[],
  described: PublishOptions['described'],
): Promise<Omit<Aside, 'mount' | 'fh'>> {
  const own = recordOf(file);
  try {
    if (chunks.length > 0) await inode.mount.write(fh, 0, chunks);
    let foretell: bigint | undefined;
    let xattrs = file.xattrs;
    if (described !== undefined) {
      const written = await context.attributes.changed(inode, fileIdOf(statx), own);
      const { modified = 'now' } = file;
      const asItWillBe = modified === 'now' ? written : { ...written, modified };
      ({ xattrs, change: foretell } = foretold(context, file.xattrs, own, described, asItWillBe, 1));
    }
    const rest = describe(context, inode, statx, { ...file, ...(xattrs && { xattrs }) }, own);
    const journalled = rest.then(({ plain }) => (plain ? undefined : context.syncs.stable(directory)));
    await all([journalled, ...(chunks.length > 0 ? [inode.mount.fsync(fh, true)] : [])]);
    const goesWithName = Object.keys(lacking(file, statx)).length === 0 && chunks.length <= oneWrite;
    const { attributes } = await rest;
    return { known: { attributes, own }, foretold: foretell, xattrs, goesWithName };
  } finally {
    inode.release();
  }
}

/** What an evicted client may have left under the name that is for this call alone. */
async function sweepAside(context: VolumeContext, call: Call, { directory, name }: Place): Promise<void> {
  const left = await reading(context.mounts, call, directory, () => lookup(context, call, directory, name));
  if (left !== undefined) await unlink(context, call, directory, name, { ifTarget: { id: left.id } });
}

/** The caller sweeps what is left when this fails as well. */
async function takeAway(context: VolumeContext, directory: FileId, name: Name, id: FileId): Promise<void> {
  try {
    await unlink(context, {}, directory, name, { ifTarget: { id } });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}
