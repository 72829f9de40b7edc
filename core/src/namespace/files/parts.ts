import type { Clock } from '../../clock.ts';
import type { EventBus } from '../../events/bus.ts';
import type { Caller, ChangeEvent, FileRef, Guard, ShareId } from '../../service/index.ts';
import { foldName } from '../../service/index.ts';
import type { OpenRecord, Place } from '../../state/file-state.ts';
import type { SystemDirectories } from '../system-directory.ts';
import type { GuardRequest } from '../../state/guards.ts';
import { isConflict } from '../../state/guards.ts';
import type { StateTable } from '../../state/table.ts';
import type { Attributes, DirectoryChange, FileId, Name } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { HandleCache, KnownContents, MountedShare, Mounts, NamedStreams } from '../mounts.ts';
import { systemDirectoryName } from '../mounts.ts';
import type { Sidecars } from '../sidecars.ts';
import type { RecentPlaces } from './recent-places.ts';
import type { FoldedNames } from '../folding/folded-names.ts';

/** What every file operation works with. */
export interface FileParts {
  readonly mounts: Mounts;
  readonly table: StateTable;
  readonly handles: HandleCache;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly system: SystemDirectories;
  readonly streams: NamedStreams;
  readonly sidecars: Sidecars;
  readonly folded: FoldedNames;
  readonly places: RecentPlaces;
  readonly contents: KnownContents;
}

/** Times that an operation looks again after a name has come to mean another file; then `tryLater`. */
export const maxRetries = 16;

const systemName = Buffer.from(systemDirectoryName);
const foldedSystemName = foldName(systemName);
const dot = 0x2e;

export function checkWritable(caller: Caller, mount: MountedShare): void {
  if (caller.readOnly || mount.share.readOnly) throw new StorageError('readOnly');
}

/** Whether a name at a share's top is the one that core keeps for itself; in any case for those who fold names. */
export function isReserved(
  mount: MountedShare,
  directory: FileId,
  name: Name,
  { foldNames = false }: Pick<Caller, 'foldNames'>,
): boolean {
  if (name[0] !== dot || directory !== mount.share.root) return false;
  return systemName.equals(name) || (foldNames && foldName(name) === foldedSystemName);
}

/** For what is about to be made or taken over: rejects names that no file may get. */
export function checkNewName(mount: MountedShare, directory: FileId, name: Name, caller: Caller): void {
  if (isReserved(mount, directory, name, caller)) throw new StorageError('accessDenied', 'the name is reserved');
  checkName(name);
  if (name.length > mount.volume.traits.maxNameBytes) throw new StorageError('nameTooLong');
}

/** Rejects what can be no entry's name: empty, `.`, `..`, or with `/` or NUL. */
export function checkName(name: Name): void {
  const { length } = name;
  const dots = length <= 2 && name[0] === dot && (length === 1 || name[1] === dot);
  if (length === 0 || dots || name.includes(0x2f) || name.includes(0)) throw new StorageError('badName');
}

export function isDot(name: Name): boolean {
  return name.length === 1 && name[0] === dot;
}

export function isDotDot(name: Name): boolean {
  return name.length === 2 && name[0] === dot && name[1] === dot;
}

/** Attributes as of now; the caller sees the top directory with `seen`. */
export async function attributesOf(mount: MountedShare, caller: Caller, id: FileId): Promise<Attributes> {
  return mount.volume.getattrNow?.(id) ?? mount.volume.getattr(caller, id);
}

/** The top directory counts its sub-directories without core's own. */
export async function seen(mount: MountedShare, caller: Caller, attributes: Attributes): Promise<Attributes> {
  if (attributes.id !== mount.share.root) return attributes;
  const { volume } = mount;
  const system = volume.lookupNow?.(attributes.id, systemName) ?? {
    attributes: await volume.lookup(caller, attributes.id, systemName),
  };
  return system.attributes === undefined ? attributes : { ...attributes, nlink: attributes.nlink - 1 };
}

export async function seenChange(
  mount: MountedShare,
  caller: Caller,
  change: DirectoryChange,
): Promise<DirectoryChange> {
  if (change.after.id !== mount.share.root) return change;
  return { ...change, after: await seen(mount, caller, change.after) };
}

/** A guard at once where nothing is in the way; else by the caller's patience. */
export function enter(parts: FileParts, caller: Caller, request: GuardRequest): Guard | Promise<Guard> {
  const result = parts.table.enter(request);
  return isConflict(result) ? parts.table.enterFor(caller, request) : result;
}

export type Change = Omit<ChangeEvent, 'share' | 'door' | 'client' | 'principal' | 'at'>;

/** What telling of changes takes. */
export type Telling = Pick<FileParts, 'mounts' | 'events' | 'clock' | 'places'>;

export function emit(parts: Telling, caller: Caller, share: ShareId, change: Change): void {
  parts.events.count(share);
  if (change.directory === undefined && !parts.events.heard) return;
  const mount = parts.mounts.get(share);
  remember(parts, mount, change);
  if (!parts.events.heard) return;
  const place = change.directory === undefined ? parts.places.of(mount, change.file) : undefined;
  if (place !== 'unsure') return tell(parts, caller, share, change, place);
  const { kind, file } = change;
  void parts.places.confirmed(mount, file, kind, (confirmed) => tell(parts, caller, share, change, confirmed));
}

function tell(parts: Telling, caller: Caller, share: ShareId, change: Change, place: Place | undefined): void {
  const { door, client, principal } = caller;
  const { name = place?.name, toName } = change;
  parts.events.emit({
    share,
    ...change,
    ...place,
    // Names may lie in buffers that their callers use again.
    ...(name !== undefined && { name: new Uint8Array(name) }),
    ...(toName !== undefined && { toName: new Uint8Array(toName) }),
    door,
    client,
    principal: principal.name,
    at: parts.clock.now(),
  });
}

function remember({ places }: Telling, { volumeName }: MountedShare, change: Change): void {
  const { kind, file, directory, name, toDirectory, toName } = change;
  if (directory === undefined || name === undefined) return;
  if (kind === 'removed') places.lost(volumeName, file, directory, name);
  else if (toDirectory === undefined || toName === undefined) places.found(volumeName, file, directory, name);
  else places.found(volumeName, file, toDirectory, toName);
}

/** The name that an open came by, as events tell it. */
export function placeOf({ place }: Pick<OpenRecord, 'place'>): Pick<ChangeEvent, 'directory' | 'name'> {
  return place ?? {};
}

/** Two ends of one operation lie in one share, or it is `crossDevice`. */
export function sameShare(a: FileRef, b: FileRef): void {
  if (a.share !== b.share) throw new StorageError('crossDevice');
}
