import type { Caller, FileRef, OpenRequest } from '../service/index.ts';
import { access } from '../service/index.ts';
import type { FileId } from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import type { FileState, OpenRecord, Place } from './file-state.ts';
import { sharedRights } from './file-state.ts';
import { holderOf, openWaitsFor, shareModesClash } from './matrix.ts';
import { conflictError } from './table.ts';
import type { StateTable, VolumeState } from './table.ts';

const deniable = access.readData | access.writeData | access.delete;

export function recordOf(
  id: bigint,
  caller: Caller,
  file: FileRef,
  isDirectory: boolean,
  request: OpenRequest,
): OpenRecord {
  // An open of attributes alone takes no part in sharing, so it denies nothing either (MS-FSA 2.1.5.1.2.2).
  const deny = sharedRights(request.access) === 0 ? 0 : request.deny & deniable;
  const { access: rights, opener, place, deleteOnClose = false } = request;
  // The name may lie in a buffer that the caller uses again.
  const kept = place && { directory: place.directory, name: Uint8Array.from(place.name) };
  return { id, file, access: rights, deny, opener, door: caller.door, place: kept, deleteOnClose, isDirectory };
}

/** Enters an open, which keeps new conflicting operations out at once. */
export function admit(volume: VolumeState, record: OpenRecord): FileState {
  const state = volume.fileFor(record.file);
  try {
    if (isGoing(state)) throw new StorageError('deletePending');
    if (isGoing(baseOf(volume, record))) throw new StorageError('deletePending');
    const clashing = [
      ...[...state.opens.values()].filter((held) => shareModesClash(held, record)),
      ...kinClashes(volume, record),
    ];
    if (clashing.length > 0) {
      throw conflictError({ reason: 'sharingViolation', holders: clashing.map((held) => holderOf(held, 'open')) });
    }
    state.opens.set(record.id, record);
    return state;
  } finally {
    volume.tidy(state);
  }
}

function isGoing(state: FileState | undefined): boolean {
  return state !== undefined && (state.removing !== undefined || state.deletePending);
}

/** The state of the file that an open's stream belongs to. */
function baseOf(volume: VolumeState, { file }: OpenRecord): FileState | undefined {
  return file.base === undefined ? undefined : volume.files.get(file.base);
}

/** A file takes its streams along: opens of it for deletion, and opens of its streams that do not share that, exclude one another. */
function kinClashes(volume: VolumeState, record: OpenRecord): OpenRecord[] {
  if (record.file.base !== undefined) {
    const opens = record.deny & access.delete ? baseOf(volume, record)?.opens : undefined;
    return [...(opens?.values() ?? [])].filter((held) => held.access & access.delete);
  }
  return record.access & access.delete ? volume.streamsDenyingDelete(record.file.id) : [];
}

/** Resolves when the operations that the open denies, and that began before it, have ended. */
export function outlasted(volume: VolumeState, record: OpenRecord): Promise<void> | undefined {
  return volume.guards.drained(
    (request) => request.file === record.file.id && request.stream === undefined && openWaitsFor(record, request),
  );
}

/** Ends an open: its locks go. A delete-pending file keeps its entry: its removal is the closer's. */
export function release(table: StateTable, volume: VolumeState, state: FileState, id: bigint): void {
  state.opens.delete(id);
  if (state.locks.dropOpen(id)) table.queues.pump(state);
  for (const waiter of [...state.waiters]) {
    if (waiter.ask.open !== id || !table.queues.remove(waiter)) continue;
    waiter.refuse(new StorageError('aborted', 'the open was closed'));
  }
  volume.tidy(state);
}

/** Whether a delete-pending file has nobody any more who has it open, or a stream of it: names go then. */
export function goesNow(volume: VolumeState, state: FileState): boolean {
  const { deletePending, opens, removing, file } = state;
  return deletePending && opens.size === 0 && removing === undefined && !volume.hasOpenStreams(file.id);
}

/** The file is to go, by the name that the open came by: each of a file's names goes that somebody asked for. */
export function condemn(state: FileState, record: OpenRecord): void {
  state.deletePending = true;
  if (!state.condemnedBy.some((other) => haveSameName(other, record))) {
    state.condemnedBy = [...state.condemnedBy, record];
  }
}

/** The name that the open came by stays, whoever wanted it to go. */
export function pardon(state: FileState, record: OpenRecord): void {
  state.condemnedBy = state.condemnedBy.filter((other) => !haveSameName(other, record));
  state.deletePending = state.condemnedBy.length > 0;
}

/** A stream has one name, and no place. */
function haveSameName(a: OpenRecord, b: OpenRecord): boolean {
  if (a.place === undefined || b.place === undefined) return a.place === b.place;
  return samePlace(a.place, b.place);
}

/** After a rename: opens that came by the old name go by the new one. */
export function followRename(volume: VolumeState, file: FileId, from: Place, to: Place): void {
  const state = volume.file({ file });
  if (state === undefined) return;
  for (const open of state.opens.values()) {
    if (open.place !== undefined && samePlace(open.place, from)) open.place = to;
  }
}

export function samePlace(a: Place, b: Place): boolean {
  return a.directory === b.directory && Buffer.compare(a.name, b.name) === 0;
}
