import type { Attributes, FileType, Open, Timestamp } from '@polynas/core/service';
import type { DirectorySearch } from '../commands/directory-search.ts';
import type { ChangeQueue } from '../commands/change-notify/change-queue.ts';
import type { Watches } from '../commands/change-notify/watches.ts';
import { type ShownAttributes, shownAttributes } from '../information/attributes.ts';
import { CreateOption } from '../messages/create.ts';
import type { FileId } from '../messages/file-id.ts';
import type { OpenFields } from './open-fields.ts';

/** The opens of a session, by the volatile half of the FileId. */
interface SessionOpens {
  readonly opens: { delete(volatile: bigint): boolean };
}

export interface FileOpenFields {
  readonly fileId: FileId;
  readonly treeId: number;
  readonly session: SessionOpens;
  /** Who is told when it takes its directory along. */
  readonly watches: Watches;
  readonly open: Open;
  /** That of a stream is `file`; that of a link, when it was opened as the link that it is. */
  readonly type: FileType;
  /** What CREATE granted (MS-SMB2 3.3.1.10 Open.GrantedAccess): handlers check it, not `open.access`, which may be more or less. */
  readonly grantedAccess: number;
  readonly createOptions: number;
  /** Name of the stream, when it is one. */
  readonly stream: string | undefined;
  /** Bytes that CREATE reserved. */
  readonly reserved: number;
}

/** An open of a file, directory or stream of a disk share (MS-SMB2 3.3.1.10), with what lasts between its requests. */
export class FileOpen implements OpenFields {
  readonly kind = 'file';
  readonly fileId: FileId;
  readonly treeId: number;
  readonly open: Open;
  readonly type: FileType;
  readonly grantedAccess: number;
  readonly createOptions: number;
  /** Another one after a rename. */
  stream: string | undefined;
  /** CurrentByteOffset in bytes: behind the last byte read, and told by FilePositionInformation, else without meaning (MS-FSCC 2.4). */
  position = 0;
  /** Mode bits that FileModeInformation may change (MS-FSCC 2.4). */
  mode: number;
  /** Bytes that were reserved through this open, which backends do not all count as occupied. */
  reserved: number;
  /** The listing that QUERY_DIRECTORY goes on with. */
  search: DirectorySearch | undefined;
  /** The expression of the last listing (MS-FSA Open.QueryPattern). */
  searchExpression: string | undefined;
  /** What CHANGE_NOTIFY has subscribed to. */
  changes: ChangeQueue | undefined;
  /**
   * `modified` as the client has set or frozen it through this open: the open's own writes do not move it any more (MS-FSA Open.UserSetModificationTime).
   * Access times move only when they are set.
   */
  heldModified: Timestamp | undefined;
  private readonly session: SessionOpens;
  private readonly watches: Watches;
  private closed: Promise<void> | undefined;

  constructor(fields: FileOpenFields) {
    this.fileId = fields.fileId;
    this.treeId = fields.treeId;
    this.session = fields.session;
    this.watches = fields.watches;
    this.open = fields.open;
    this.type = fields.type;
    this.grantedAccess = fields.grantedAccess;
    this.createOptions = fields.createOptions;
    this.stream = fields.stream;
    this.mode = fields.createOptions & MODE_OPTIONS;
    this.reserved = fields.reserved;
  }

  get isDirectory(): boolean {
    return this.type === 'directory';
  }

  /** What is shown of the file through this open. */
  shown(attributes: Attributes): ShownAttributes {
    const shown = shownAttributes(attributes);
    return shown.allocationSize < this.reserved ? { ...shown, allocationSize: this.reserved } : shown;
  }

  get isClosing(): boolean {
    return this.closed !== undefined;
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private end(): Promise<void> {
    this.session.opens.delete(this.fileId.volatile);
    this.changes?.close();
    const { open } = this;
    if (!this.isDirectory || (this.createOptions & CreateOption.DELETE_ON_CLOSE) === 0) return open.close();
    return open.close().then(() => this.watches.deletePending(open.file));
  }
}

/** CreateOptions that FileModeInformation shows (MS-FSCC 2.4): FILE_WRITE_THROUGH, SEQUENTIAL_ONLY, NO_INTERMEDIATE_BUFFERING, SYNCHRONOUS_IO_ALERT and NONALERT, DELETE_ON_CLOSE. */
export const MODE_OPTIONS = 0x0000_103e;
