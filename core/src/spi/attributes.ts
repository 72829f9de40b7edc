import type { FileId } from './identity.ts';

export type FileType = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'block' | 'character';

/** A point in time: whole seconds since 1970 (may be negative, a safe integer) and 0 … 999,999,999 nanoseconds. Immutable. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** The DOS attribute bits that are stored (MS-FSCC 2.6): read-only 0x1, hidden 0x2, system 0x4, archive 0x20, and the like. */
export type DosBits = number;

/** What a file is. An immutable snapshot: a later call gives a new object. */
export interface Attributes {
  readonly id: FileId;
  readonly type: FileType;
  /** Permission bits with suid, sgid and sticky: 0 … 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of the file; for a directory 2 + its sub-directories. 0 while an unlinked file lives by its handles. */
  readonly nlink: number;
  /** Bytes of content. A directory's is backend-defined. A symbolic link's is its target's length. */
  readonly size: number;
  /** Bytes that the content occupies; holes and shared bytes make it smaller than `size`. */
  readonly allocated: number;
  readonly rdev: DeviceNumber;
  readonly accessed: Timestamp;
  readonly modified: Timestamp;
  /** Time of the last change of anything (ctime); set by the backend only. */
  readonly changed: Timestamp;
  readonly born: Timestamp;
  readonly dosBits: DosBits;
  /**
   * Grows with each change of content, attributes or (directories) entries. Unstable writes count at once. Where there is no `contentStamp`, what a crash has left of a file
   * that was written to may have a count that it had before; `modified` is later then than it was.
   */
  readonly change: bigint;
  /**
   * Changes when, and only when, bytes or size may have changed; unique on its volume (two contents never share one).
   * Regular files only; absent where the backend cannot tell (`traits.contentStamp` false). Setting the size that a file has leaves it alone.
   */
  readonly contentStamp?: bigint;
}

/** What weak cache consistency needs of a file before a change. */
export interface Stamp {
  readonly size: number;
  readonly modified: Timestamp;
  readonly changed: Timestamp;
  readonly change: bigint;
}

/** Attributes to set; absent ones stay. Setting any moves `changed` and `change`. */
export interface AttributeChanges {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Truncates or extends (with zeros) regular files; moves `modified` unless that is given too. */
  readonly size?: number;
  /** `'now'` is the backend's clock. */
  readonly accessed?: Timestamp | 'now';
  readonly modified?: Timestamp | 'now';
  readonly born?: Timestamp;
  readonly dosBits?: DosBits;
}

/** A directory around a change of its entries. */
export interface DirectoryChange {
  readonly before: Stamp;
  readonly after: Attributes;
  /** True when nothing else changed the directory between `before` and `after`. */
  readonly atomic: boolean;
}

export function stampOf(attributes: Attributes): Stamp {
  return {
    size: attributes.size,
    modified: attributes.modified,
    changed: attributes.changed,
    change: attributes.change,
  };
}
