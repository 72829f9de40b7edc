import type { Attributes, NewFile, Timestamp } from '@polynas/core/spi';
import { encodeOwnRecord, ownXattr } from '../attributes/own-record.ts';
import type { OwnRecord } from '../attributes/own-record.ts';
import { fitsCeph, sameTime, storedTime } from '../attributes/times.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import type { NativeChanges, Statx } from '../native/mount-api.ts';

type Written<T> = { -readonly [Key in keyof T]: T[Key] };

/** What our record says of a new file. */
export function recordOf(file: Omit<NewFile, 'records'>, more: Pick<OwnRecord, 'verifier' | 'target'> = {}): OwnRecord {
  const record: Written<OwnRecord> = { dosBits: file.dosBits ?? 0, ...more };
  for (const name of ['accessed', 'modified'] as const) {
    const time = file[name];
    if (time !== undefined && time !== 'now' && !fitsCeph(time)) record[name] = copy(time);
  }
  return record;
}

/** What a creation cannot be told: where it differs from what it made (the group of a set-gid directory, a symbolic link's mode). */
export function lacking(file: Omit<NewFile, 'records'>, { mode, uid, gid, accessed, modified }: Statx): NativeChanges {
  const changes: Written<NativeChanges> = {};
  if ((mode & 0o7777) !== file.mode) changes.mode = file.mode;
  if (uid !== file.uid) changes.uid = file.uid;
  if (gid !== file.gid) changes.gid = file.gid;
  const times = { accessed, modified };
  for (const name of ['accessed', 'modified'] as const) {
    const time = file[name];
    if (time === undefined || time === 'now') continue;
    const stored = storedTime(time);
    if (!sameTime(stored, times[name])) changes[name] = stored;
  }
  return changes;
}

/** The attributes of a new file whose creation left nothing out, so that the creation's own sync is enough; `undefined` for one that has to be described. */
export function asMade(
  { attributes }: VolumeContext,
  statx: Statx,
  file: Omit<NewFile, 'records'>,
  record: OwnRecord,
): Attributes | undefined {
  if (file.xattrs !== undefined && file.xattrs.size > 0) return undefined;
  if (encodeOwnRecord(record) !== undefined || Object.keys(lacking(file, statx)).length > 0) return undefined;
  return attributes.learn(statx, record);
}

/**
 * Gives a new file that nobody knows yet what its creation could not: the record last, as the sign that nothing is missing. `plain`: nothing was
 * needed, so that the creation's own sync is enough.
 */
export async function describe(
  context: VolumeContext,
  inode: HeldInode,
  statx: Statx,
  file: Omit<NewFile, 'records'>,
  record: OwnRecord,
): Promise<{ readonly attributes: Attributes; readonly plain: boolean }> {
  const made = asMade(context, statx, file, record);
  if (made !== undefined) return { attributes: made, plain: true };
  const { mount, pointer } = inode;
  const changes = lacking(file, statx);
  const xattrs = [...(file.xattrs ?? [])];
  const own = encodeOwnRecord(record);
  const changed = Object.keys(changes).length > 0;
  const steps = [
    ...xattrs.map(
      ([name, value]) =>
        () =>
          mount.setxattr(pointer, name, value, 'either'),
    ),
    ...(own === undefined || record.verifier !== undefined
      ? []
      : [() => mount.setxattr(pointer, ownXattr, own, 'either')]),
    ...(changed ? [() => mount.setattr(pointer, changes)] : []),
  ];
  if (context.traits.writers === 'head') await all(steps.map((step) => step()));
  // Where the MDS does some of them and libcephfs others, at once, the time of the last change may go back afterwards (seen with 16.2).
  else for (const step of steps) await step();
  if (own !== undefined && record.verifier !== undefined) await mount.setxattr(pointer, ownXattr, own, 'either');
  const attributes = await context.attributes.changed(inode, statx.ino, record, { change: statx.version });
  return { attributes, plain: false };
}

/** Waits for all of them, also when one fails: none may run on. */
export async function all(steps: readonly Promise<unknown>[]): Promise<void> {
  for (const settled of await Promise.allSettled(steps)) if (settled.status === 'rejected') throw settled.reason;
}

function copy({ seconds, nanoseconds }: Timestamp): Timestamp {
  return { seconds, nanoseconds };
}
