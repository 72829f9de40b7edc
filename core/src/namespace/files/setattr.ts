import { requireContent, requireWrite } from '../../access/checks.ts';
import { isMember, rightsOf } from '../../access/permissions.ts';
import { modeAllowed, modeAfterWrite, withoutPrivileges } from '../../access/privileged-bits.ts';
import type { Caller, FileRef, Principal } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { AttributeChanges, Attributes, FileId, SetattrOptions, Stamp } from '../../spi/index.ts';
import { StorageError, isStorageError, stampOf } from '../../spi/index.ts';
import type { OpenRecord } from '../../state/file-state.ts';
import type { GuardRequest } from '../../state/guards.ts';
import type { MountedShare, Told } from '../mounts.ts';
import type { FileParts } from './parts.ts';
import { getattr } from './getattr.ts';
import { attributesOf, checkWritable, emit, enter, maxRetries, placeOf, seen } from './parts.ts';

export interface SetattrAnswer {
  readonly before: Stamp;
  readonly after: Attributes;
}

export interface SetattrConditions {
  readonly ifChange?: bigint;
  readonly ifChanged?: Attributes['changed'];
}

export async function setattr(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  changes: AttributeChanges,
  conditions: SetattrConditions = {},
): Promise<SetattrAnswer> {
  const mount = parts.mounts.get(file.share);
  checkWritable(caller, mount);
  const allow = (before: Attributes, wanted: AttributeChanges): AttributeChanges =>
    allowedChanges(caller, before, wanted);
  const { base } = file;
  if (base === undefined) return changeAttributes(parts, caller, mount, file.id, changes, allow, conditions);
  // The size is the stream's, all else its file's; so is the permission for either.
  const { size, ...others } = changes;
  if (size === undefined) return changeAttributes(parts, caller, mount, base, others, allow, conditions);
  requireWrite(caller, await attributesOf(mount, caller, base));
  const sized = await changeAttributes(
    parts,
    caller,
    mount,
    file.id,
    { size },
    (_before, wanted) => wanted,
    conditions,
  );
  if (Object.keys(others).length > 0) await changeAttributes(parts, caller, mount, base, others, allow, {});
  return { before: sized.before, after: await getattr(parts, caller, file) };
}

/**
 * @param allow what of the changes may be made of a file as it is now, with what they entail; throws for those that may not
 * @param through the open that they come through: its own locks and share mode do not bind them
 */
export async function changeAttributes(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  file: FileId,
  changes: AttributeChanges,
  allow: (before: Attributes, changes: AttributeChanges) => AttributeChanges,
  conditions: SetattrConditions,
  through?: OpenRecord,
): Promise<SetattrAnswer> {
  for (let attempt = 0; attempt < maxRetries; attempt += 1) {
    const before = await attributesOf(mount, caller, file);
    const allowed = allow(before, changes);
    if (Object.keys(allowed).length === 0) {
      checkConditions(before, conditions);
      return { before: stampOf(before), after: await seen(mount, caller, before) };
    }
    // Who may change the owner or the mode was decided by the present ones: another chown in between asks for another look.
    const guarded =
      conditions.ifChange === undefined &&
      conditions.ifChanged === undefined &&
      !caller.principal.superuser &&
      touchesOwnership(changes);
    const options: SetattrOptions = guarded ? { ifChange: before.change } : conditions;
    try {
      return await apply(parts, caller, mount, before, allowed, options, through);
    } catch (error) {
      if (!guarded || !isStorageError(error, 'conditionFailed')) throw error;
    }
  }
  throw new StorageError('tryLater', 'the file keeps changing');
}

const answered: Told<SetattrAnswer> = { of: ({ after }) => after, with: (answer, after) => ({ ...answer, after }) };

async function apply(
  parts: FileParts,
  caller: Caller,
  mount: MountedShare,
  before: Attributes,
  changes: AttributeChanges,
  options: SetattrOptions,
  through: OpenRecord | undefined,
): Promise<SetattrAnswer> {
  const request = changes.size === undefined ? undefined : truncation(mount, caller, before, changes.size, through);
  const entered = request === undefined ? undefined : enter(parts, caller, request);
  const guard = entered instanceof Promise ? await entered : entered;
  try {
    const set = (): Promise<SetattrAnswer> => mount.volume.setattr(caller, before.id, changes, options);
    const told = changes.modified === undefined ? answered : { ...answered, setsTimes: true };
    const keeps = before.type === 'file' && changes.size === undefined;
    const result = await (keeps ? parts.contents.keep(mount, caller, before.id, told, set) : set());
    if (before.type === 'directory') {
      parts.folded.note(mount, { before: result.before, after: result.after, atomic: true }, {});
    }
    const kind = changes.size === undefined ? 'attributes' : 'written';
    const file = through?.file.base ?? before.id;
    const isDirectory = through?.isDirectory ?? before.type === 'directory';
    emit(parts, caller, mount.share.id, { kind, file, isDirectory, ...(through && placeOf(through)) });
    return { before: result.before, after: await seen(mount, caller, result.after) };
  } finally {
    guard?.exit();
  }
}

/** Where nothing is set, the conditions still hold or not. */
function checkConditions(file: Attributes, { ifChange, ifChanged }: SetattrConditions): void {
  const { seconds, nanoseconds } = ifChanged ?? file.changed;
  const same = seconds === file.changed.seconds && nanoseconds === file.changed.nanoseconds;
  if (!same || (ifChange ?? file.change) !== file.change) throw new StorageError('conditionFailed');
}

/** The bytes that come or go; none when the size stays. */
function truncation(
  mount: MountedShare,
  caller: Caller,
  before: Attributes,
  size: number,
  through: OpenRecord | undefined,
): GuardRequest | undefined {
  if (size === before.size) return undefined;
  const range = { start: Math.min(size, before.size), end: Infinity };
  const request = { volume: mount.volumeName, file: before.id, access: 'truncate', door: caller.door, range } as const;
  return through === undefined ? request : { ...request, opener: through.opener, open: through.id };
}

function touchesOwnership(changes: AttributeChanges): boolean {
  return changes.mode !== undefined || changes.uid !== undefined || changes.gid !== undefined;
}

/** POSIX.1 chmod, chown, truncate, utimensat: the changes with what they entail, or a rejection. */
export function allowedChanges(caller: Caller, file: Attributes, changes: AttributeChanges): AttributeChanges {
  const { principal } = caller;
  const owner = principal.superuser || principal.uid === file.uid;
  checkOwnership(principal, owner, file, changes);
  if (changes.mode !== undefined && !owner) throw new StorageError('notPermitted', 'only the owner may chmod');
  if (changes.size !== undefined) {
    requireContent(file);
    requireWrite(caller, file);
  }
  checkTimes(principal, owner, file, changes);
  const dos = changes.dosBits !== undefined || changes.born !== undefined;
  if (dos && !owner && !mayWrite(principal, file)) throw new StorageError('accessDenied');
  const mode = modeOf(principal, file, changes);
  return mode === undefined ? changes : { ...changes, mode };
}

function mayWrite(principal: Principal, file: Attributes): boolean {
  return (rightsOf(principal, file) & access.writeData) !== 0;
}

/** Files are given away by the superuser only; the owner may give one to a group that the owner is in. */
export function checkOwnership(
  principal: Principal,
  owner: boolean,
  file: Attributes,
  changes: AttributeChanges,
): void {
  if (principal.superuser) return;
  const { uid, gid } = changes;
  if ((uid !== undefined || gid !== undefined) && !owner) throw new StorageError('notPermitted', 'not the owner');
  if (uid !== undefined && uid !== file.uid) throw new StorageError('notPermitted', 'only the superuser may chown');
  if (gid !== undefined && gid !== file.gid && !isMember(principal, gid)) {
    throw new StorageError('notPermitted', 'not in that group');
  }
}

/** Times to a given moment: the owner. To now: whoever may write as well. */
function checkTimes(principal: Principal, owner: boolean, file: Attributes, changes: AttributeChanges): void {
  const times = [changes.accessed, changes.modified].filter((time) => time !== undefined);
  if (times.length === 0 || owner) return;
  if (times.some((time) => time !== 'now')) throw new StorageError('notPermitted', 'only the owner may set times');
  // A truncation carries its own times with the right that it needs.
  if (!mayWrite(principal, file)) throw new StorageError('accessDenied');
}

/** The mode that the changes leave: as asked for, without sgid for outsiders, without suid and sgid after chown or a change of size. */
export function modeOf(principal: Principal, file: Attributes, changes: AttributeChanges): number | undefined {
  const gid = changes.gid ?? file.gid;
  if (changes.mode !== undefined) return modeAllowed(principal, changes.mode & 0o7777, gid);
  if (file.type === 'directory') return undefined;
  const given = (changes.uid ?? file.uid) !== file.uid || gid !== file.gid;
  if (given) {
    const mode = withoutPrivileges(file.mode);
    return mode === file.mode ? undefined : mode;
  }
  return changes.size === undefined ? undefined : modeAfterWrite(principal, file);
}
