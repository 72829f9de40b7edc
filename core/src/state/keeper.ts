import type { AccessMask, Caller, FileRef, OpenRequest } from '../service/index.ts';
import type { MountedShare } from '../namespace/mounts.ts';
import type { AttributeChanges, Attributes, Name, Renamed } from '../spi/index.ts';
import type { OpenRecord, Place } from './file-state.ts';
import type { StateTable } from './table.ts';

/** What the namespace does for opens: it knows permissions, names, streams and events. */
export interface OpenKeeper {
  readonly table: StateTable;
  /** The attributes that decide what a caller may do: a stream's are those of the file that it belongs to. */
  judged(caller: Caller, mount: MountedShare, file: FileRef): Promise<Attributes>;
  /** The place with the name as it stands in the directory. */
  meant(caller: Caller, mount: MountedShare, place: Place): Promise<Place>;
  /** Rejects with `accessDenied` or `readOnly` when the caller may not have the access it asks for. */
  checkOpen(
    caller: Caller,
    mount: MountedShare,
    file: FileRef,
    judged: Attributes,
    request: OpenRequest,
  ): Promise<void>;
  rights(caller: Caller, mount: MountedShare, file: FileRef, place: Place | undefined): Promise<AccessMask>;
  getattr(caller: Caller, mount: MountedShare, file: FileRef): Promise<Attributes>;
  setattr(caller: Caller, mount: MountedShare, record: OpenRecord, changes: AttributeChanges): Promise<Attributes>;
  rename(
    caller: Caller,
    mount: MountedShare,
    record: OpenRecord,
    toDirectory: FileRef,
    toName: Name,
    replace: boolean,
  ): Promise<Renamed>;
  renameStream(caller: Caller, mount: MountedShare, record: OpenRecord, name: string, replace: boolean): Promise<void>;
  /** Clears suid and sgid before a write of somebody who may not keep them. Rejects with `readOnly` where the share or the door has become so since the open. */
  beforeWrite(caller: Caller, mount: MountedShare, record: OpenRecord): Promise<void>;
  /** Tells of a change through an open. */
  changed(caller: Caller, mount: MountedShare, record: OpenRecord, kind: 'written' | 'attributes'): void;
  /** Rejects with `readOnly`, or `notEmpty` for a directory with something in it. */
  checkRemovable(caller: Caller, mount: MountedShare, record: OpenRecord): Promise<void>;
  /** Removes the name of a delete-pending file, unless it means another file by now; or the stream. */
  removeAtClose(mount: MountedShare, record: OpenRecord): Promise<void>;
}
