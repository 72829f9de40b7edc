import { StorageError } from '@polynas/core/spi';
import type { Attributes, FileId, PublishOptions, Replaced } from '@polynas/core/spi';
import { attributesOf, fileIdOf, formatOf } from '../attributes/attributes-of.ts';
import { encodeOwnRecord } from '../attributes/own-record.ts';
import type { OwnRecord } from '../attributes/own-record.ts';
import { changesWhenWhole, isLeftUnpublished, mostAttributes, unpublishedTag } from '../attributes/unpublished.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { Found, Statx } from '../native/mount-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { changeEntry, orStale } from './change-entries.ts';
import type { Directory, Step } from './change-entries.ts';
import { describe, lacking, recordOf } from './describe.ts';
import { describeInPlace, foretold } from './described.ts';
import { heldOn } from './held-on.ts';
import { madeOver } from './left-unpublished.ts';
import { takenAway, unmade } from './making.ts';
import type { Making } from './making.ts';
import type { Spot } from './move.ts';
import { Attempt, unknownOutcome } from './over-lives.ts';
import { closeSoon, oneWrite, rememberContent } from './published-content.ts';
import type { Content } from './published-content.ts';
import { entered, remember } from './resolve.ts';
import { stableFileOn } from './stable-file.ts';

/** A new file under its final name. */
interface Beginning {
  readonly own: OwnRecord;
  readonly tag: bigint;
}

/** What was asked for. */
interface Asked {
  /** Once the cluster has answered. */
  id?: FileId;
}

/** The name means something, or the file would not be what was asked for: it is to be made aside. */
const toBeMadeAside = { changed: false, result: undefined } as const;

/**
 * A publication under a name that means nothing yet, without a file aside and a rename: the file is made under its name as one that is not there (`attributes/unpublished.ts`), its bytes go to the OSDs,
 * and only then the attributes to the MDS, of which the last one makes it be there. One flush of the journal for all of it. Inside of the directory, and alone on the name, until then.
 *
 * `undefined`: nothing was done, it is to be made aside. With `writers: 'shared'` always: other clients would see it before it is there.
 */
export async function publishNew(
  context: VolumeContext,
  { directory: directoryId, name }: Spot,
  content: Content,
  options: PublishOptions,
): Promise<Replaced | undefined> {
  const { traits, names } = context;
  const beginning = beginningOf(content, options);
  const isFree = options.ifTarget === undefined || options.ifTarget === 'absent';
  if (traits.writers !== 'head' || beginning === undefined || !isFree) return undefined;
  if (typeof names.get(directoryId, name) === 'bigint') return undefined;
  const attempt = new Attempt<Asked>();
  const { result, directory } = await changeEntry<Attributes | undefined, Asked>(
    context,
    {},
    directoryId,
    name,
    attempt,
    async (at) => {
      const earlier = await publishedEarlier(context, at, { directory: directoryId, name }, content, options, attempt);
      if (earlier !== undefined) return earlier;
      if (!attempt.shown && typeof names.get(directoryId, name) === 'bigint') return toBeMadeAside;
      return await publishAt(context, at, { directory: directoryId, name }, content, options, { attempt, beginning });
    },
  );
  return result && { attributes: result, directory };
}

/** `undefined` for what the MDS would not count as foretold, or not at all. */
function beginningOf({ file, chunks, size }: Content, { described }: PublishOptions): Beginning | undefined {
  const own = recordOf(file);
  const isOfNow = [file.accessed, file.modified].every((time) => time === undefined || time === 'now');
  if (described === undefined || !isOfNow || chunks.length > oneWrite) return undefined;
  const xattrs = new Set([...(file.xattrs?.keys() ?? []), described.xattr]).size;
  const attributes = xattrs + (encodeOwnRecord(own) === undefined ? 0 : 1);
  return attributes > mostAttributes ? undefined : { own, tag: unpublishedTag(attributes, size > 0) };
}

/** What a client has done of it that was evicted since; `undefined`: nothing that counts. */
async function publishedEarlier(
  context: VolumeContext,
  at: Directory,
  { name }: Spot,
  { size }: Content,
  { described }: PublishOptions,
  attempt: Attempt<Asked>,
): Promise<Step<Attributes> | undefined> {
  const { issued, shown } = attempt;
  if (issued === undefined) return undefined;
  const { mount, pointer } = at.inode;
  const found = await mount.lookup(pointer, name);
  if (found !== undefined) context.mounts.learn(mount, fileIdOf(found.statx), found.inode);
  const isOurs = found !== undefined && fileIdOf(found.statx) === issued.id;
  // Others may have taken it away, or put something in its place.
  if (shown && !isOurs) throw unknownOutcome();
  if (found === undefined || !isOurs) return undefined;
  if (await isLeftUnpublished(mount, found.inode, found.statx)) return undefined;
  const id = fileIdOf(found.statx);
  const file = await heldOn(context, mount, id);
  try {
    const known = await context.attributes.of({}, file, id);
    let { attributes } = known;
    // The description is of the last change that was foretold, unless it was about to be put right.
    if (!shown && described !== undefined) {
      if (attributes.size !== size) throw new StorageError('io', 'the file that was published has another size');
      attributes = await describeInPlace(context, file, described, known.own, attributes);
    }
    remember(context, at.id, name, { attributes, own: known.own });
    return { changed: 'earlier', result: attributes, stable: () => stableFileOn(context, mount, id) };
  } finally {
    file.release();
  }
}

async function publishAt(
  context: VolumeContext,
  at: Directory,
  { name }: Spot,
  content: Content,
  options: PublishOptions,
  { attempt, beginning }: { readonly attempt: Attempt<Asked>; readonly beginning: Beginning },
): Promise<Step<Attributes | undefined>> {
  const { mount } = at.inode;
  attempt.issue({});
  attempt.shown = false;
  context.names.changing(at.id, name);
  const making: Pick<Making, 'unmake'> = { unmake: () => mount.unlink(at.inode.pointer, name) };
  const made = await makeUnpublished(context, at, name, content, beginning);
  if (made === undefined) {
    attempt.issued = undefined;
    return toBeMadeAside;
  }
  const id = fileIdOf(made.statx);
  attempt.issue({ id });
  context.mounts.learn(mount, id, made.inode);
  try {
    const inode = await heldOn(context, mount, id);
    try {
      const written = await fill(context, inode, made.statx, content, beginning);
      if (written === undefined) {
        await takenAway(context, at, id, making);
        attempt.issued = undefined;
        return toBeMadeAside;
      }
      const { attributes, xattrs } = await describeWhole(
        context,
        inode,
        made.statx,
        content,
        written,
        options,
        beginning,
      );
      entered(context, at.id, name, { attributes, own: beginning.own });
      rememberContent(context, attributes, xattrs, content);
      return { changed: true, result: attributes, stable: () => stableFileOn(context, mount, id) };
    } finally {
      inode.release();
    }
  } catch (error) {
    return await unmade(context, at, id, making, error);
  }
}

/** `undefined` when the name is taken, or when the file is not as it was asked for. */
async function makeUnpublished(
  context: VolumeContext,
  at: Directory,
  name: Spot['name'],
  { file }: Content,
  { tag }: Beginning,
): Promise<Found | undefined> {
  const { mount, pointer } = at.inode;
  // Its files take its group: that is one more change.
  if ((at.attributes.mode & 0o2000) !== 0) return undefined;
  const format = formatOf('file');
  try {
    return await madeOver(context, at.inode, at.id, name, () =>
      orStale(mount.mknod(pointer, name, format | file.mode, tag, file)),
    );
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    context.names.drop(at.id, name);
    return undefined;
  }
}

/** With its bytes on the OSDs; `undefined` when it is not what was asked for or foretold. */
async function fill(
  context: VolumeContext,
  { mount, pointer }: HeldInode,
  made: Statx,
  { file, chunks }: Content,
  { own }: Beginning,
): Promise<Attributes | undefined> {
  if (made.version !== 0n || Object.keys(lacking(file, made)).length > 0) return undefined;
  if (chunks.length === 0) return attributesOf(made, own);
  const fh = await mount.open(pointer, 'write');
  try {
    await mount.write(fh, 0, chunks);
  } catch (error) {
    closeSoon(context, { mount, fh });
    throw error;
  }
  // Of one that is closed before the flush that others share, nothing is flushed for it alone.
  await mount.closeStable(fh);
  const written = mount.getattrNow(pointer);
  return written.version === 1n ? attributesOf(written, own) : undefined;
}

/** Its extended attributes, after which it is there. */
async function describeWhole(
  context: VolumeContext,
  inode: HeldInode,
  made: Statx,
  { file }: Content,
  written: Attributes,
  { described }: PublishOptions,
  { own, tag }: Beginning,
): Promise<{ readonly attributes: Attributes; readonly xattrs: Content['file']['xattrs'] }> {
  if (described === undefined) throw new Error('nothing would make it be there');
  const { xattrs, change } = foretold(context, file.xattrs, own, described, written, 0);
  let { attributes } = await describe(context, inode, made, { ...file, ...(xattrs && { xattrs }) }, own);
  const isAsForetold = attributes.change === change;
  if (!isAsForetold) attributes = await describeInPlace(context, inode, described, own, attributes);
  if (attributes.change < changesWhenWhole(tag))
    throw new StorageError('io', 'the MDS does not count the changes of a file');
  return { attributes, xattrs: isAsForetold ? xattrs : undefined };
}
