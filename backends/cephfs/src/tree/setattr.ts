import { stampOf, StorageError } from '@polynas/core/spi';
import type { AttributeChanges, Attributes, Call, FileId, SetattrOptions, Stamp, Timestamp } from '@polynas/core/spi';
import { checkAttributes } from '../attributes/checks.ts';
import { encodeOwnRecord, ownXattr } from '../attributes/own-record.ts';
import type { OwnRecord } from '../attributes/own-record.ts';
import { fitsCeph, sameTime, storedTime } from '../attributes/times.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { NativeChanges } from '../native/mount-api.ts';
import { ofInode } from '../native/storage-error.ts';
import { expectNoRecords } from './conditions.ts';
import { writesCounted } from './counted.ts';
import { FileTurn } from './file-turn.ts';
import { Attempt, overLives, unknownOutcome } from './over-lives.ts';

const times = ['accessed', 'modified', 'born'] as const;

type Written<T> = { -readonly [Key in keyof T]: T[Key] };

export async function setattr(
  context: VolumeContext,
  call: Call,
  id: FileId,
  changes: AttributeChanges,
  options: SetattrOptions = {},
): Promise<{ readonly before: Stamp; readonly after: Attributes }> {
  checkAttributes(changes, context.traits);
  expectNoRecords(options.records);
  const turn = new FileTurn(context, id);
  const attempt = new Attempt<Attributes>();
  try {
    return await overLives(context, attempt, () => setOnce(context, call, id, changes, options, turn, attempt));
  } finally {
    turn.leave();
  }
}

/** What was set twice is as if it was set once; but a size that others have been shown since is theirs to change. */
async function setOnce(
  context: VolumeContext,
  call: Call,
  id: FileId,
  { size, ...others }: AttributeChanges,
  options: SetattrOptions,
  turn: FileTurn,
  attempt: Attempt<Attributes>,
): Promise<{ readonly before: Stamp; readonly after: Attributes }> {
  const changes = size === undefined || attempt.shown ? others : { ...others, size };
  await turn.enter();
  let inode: HeldInode | undefined;
  try {
    await context.mounts.ready(call, id);
    inode = await context.mounts.hold(id);
    attempt.mount = inode.mount;
    const { attributes: before, own } = await context.attributes.of(call, inode, id);
    if (attempt.issued === undefined) expectUnchanged(before, options);
    else expectOwnChange(context, attempt, attempt.issued, before, options);
    if (size !== undefined) expectContent(before);
    // A metadata server that failed as well may have lost it; or others have changed it since.
    if (size !== undefined && attempt.shown && before.size !== size) throw unknownOutcome();
    await writesCounted(context, id);
    attempt.issued ??= before;
    const after = await apply(context, inode, before, own, resolved(changes, context.clock));
    attempt.answered = true;
    if (size !== undefined) context.contents?.drop(id);
    turn.leave();
    attempt.shown = true;
    await context.syncs.stable(inode);
    return { before: stampOf(attempt.issued), after };
  } catch (error) {
    throw inode === undefined ? error : context.mounts.failed(inode.mount, ofInode(error));
  } finally {
    inode?.release();
  }
}

/** After an eviction: what was to be unchanged may be changed by the call itself; where others write too nobody knows by whom. */
function expectOwnChange(
  { traits }: VolumeContext,
  { answered }: Attempt<Attributes>,
  former: Attributes,
  now: Attributes,
  { ifChange, ifChanged }: SetattrOptions,
): void {
  if (answered || traits.writers === 'head' || now.change === former.change) return;
  if (ifChange !== undefined || ifChanged !== undefined) throw unknownOutcome();
}

function expectUnchanged(before: Attributes, { ifChange, ifChanged }: SetattrOptions): void {
  const sameCount = ifChange === undefined || ifChange === before.change;
  if (!sameCount || (ifChanged !== undefined && !sameTime(ifChanged, before.changed))) {
    throw new StorageError('conditionFailed', 'the file was changed');
  }
}

function expectContent({ type }: Attributes): void {
  if (type === 'directory') throw new StorageError('isDirectory');
  if (type !== 'file') throw new StorageError('wrongType');
}

type Changes = Omit<AttributeChanges, 'accessed' | 'modified'> & {
  readonly accessed?: Timestamp;
  readonly modified?: Timestamp;
};

/** One present for all of them. */
function resolved({ accessed, modified, ...changes }: AttributeChanges, clock: () => Timestamp): Changes {
  if (accessed === undefined && modified === undefined) return changes;
  const now = clock();
  return {
    ...changes,
    ...(accessed !== undefined && { accessed: accessed === 'now' ? now : accessed }),
    ...(modified !== undefined && { modified: modified === 'now' ? now : modified }),
  };
}

/** Our record first, then the size, then the rest: the last answer has all of it. */
async function apply(
  context: VolumeContext,
  inode: HeldInode,
  before: Attributes,
  own: OwnRecord,
  changes: Changes,
): Promise<Attributes> {
  const { mount, pointer } = inode;
  const record = nextRecord(own, changes);
  context.attributes.drop(before.id);
  if (record !== own) await storeRecord(inode, own, record);
  const { size } = changes;
  const rest = nativeChanges(before, changes, record !== own);
  let statx;
  // libcephfs loses a modified time that is set together with a size that does not grow.
  if (size !== undefined) statx = await mount.setattr(pointer, { size });
  if (rest !== undefined) statx = await mount.setattr(pointer, rest);
  if (statx === undefined || statx.version <= before.change) {
    return await context.attributes.changed(inode, before.id, record, before);
  }
  return context.attributes.learn(statx, record);
}

function nextRecord(own: OwnRecord, changes: Changes): OwnRecord {
  const next: Written<OwnRecord> = { ...own };
  if (changes.dosBits !== undefined) next.dosBits = changes.dosBits;
  for (const name of times) {
    const time = changes[name];
    if (time === undefined) continue;
    if (fitsCeph(time)) delete next[name];
    else next[name] = { seconds: time.seconds, nanoseconds: time.nanoseconds };
  }
  const same =
    next.dosBits === own.dosBits &&
    times.every((name) => {
      const [a, b] = [next[name], own[name]];
      return a === b || (a !== undefined && b !== undefined && sameTime(a, b));
    });
  return same ? own : next;
}

async function storeRecord({ mount, pointer }: HeldInode, own: OwnRecord, record: OwnRecord): Promise<void> {
  const value = encodeOwnRecord(record);
  if (value !== undefined) await mount.setxattr(pointer, ownXattr, value, 'either');
  else if (encodeOwnRecord(own) !== undefined) await mount.removexattr(pointer, ownXattr);
}

/** `undefined` when nothing is left for CephFS itself. A change of nothing still counts as one: the mode is set as it is. */
function nativeChanges(before: Attributes, changes: Changes, recorded: boolean): NativeChanges | undefined {
  const { mode, uid, gid } = changes;
  const native: Written<NativeChanges> = {};
  if (mode !== undefined) native.mode = mode;
  if (uid !== undefined) native.uid = uid;
  if (gid !== undefined) native.gid = gid;
  // A change of owner would take set-uid and set-gid away: whether it does is core's to decide.
  if ((uid !== undefined || gid !== undefined) && before.type === 'file') native.mode = mode ?? before.mode;
  for (const name of times) {
    const time = changes[name];
    if (time !== undefined) native[name] = storedTime(time);
  }
  if (Object.keys(native).length > 0) return native;
  // A size that is the file's already, libcephfs counts for itself where it holds the file exclusively, and never tells the MDS, whose next change would then have the same count.
  const isSized = changes.size !== undefined && changes.size !== before.size;
  return recorded || isSized ? undefined : { mode: before.mode };
}
