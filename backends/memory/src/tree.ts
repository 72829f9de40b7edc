import {
  stampOf,
  StorageError,
  type Attributes,
  type Call,
  type DirectoryChange,
  type FileId,
  type RecordChange,
  type Stamp,
  type TargetCondition,
  type Timestamp,
  type VolumeTraits,
} from '@polynas/core/spi';
import { checkRecords } from './checks.ts';
import { roundedDown } from './clock.ts';
import { Entries, keyOf } from './entries.ts';
import { attributesOf, isDirectory, isRegularFile } from './inode.ts';
import type { Directory, Inode, RegularFile } from './inode.ts';
import type { MemoryVolumeSettings } from './options.ts';
import { Space } from './pages.ts';

export interface StoredRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * Everything that a volume holds, and the steps that all operations share. Operations are synchronous functions over it
 * that check first and change afterwards: so each is atomic, and a rejected one changed nothing.
 */
export class Tree {
  readonly settings: MemoryVolumeSettings;
  readonly traits: VolumeTraits;
  readonly space: Space;
  readonly inodes = new Map<FileId, Inode>();
  readonly records = new Map<string, StoredRecord>();
  readonly root: Directory;
  closed = false;
  /** Begins at the epoch: shares and handles of what stood in this volume's place before a restart must not be taken for files of this one. */
  #lastId: bigint;
  #lastCount = 0n;

  constructor(settings: MemoryVolumeSettings) {
    this.settings = settings;
    this.traits = settings.traits;
    this.#lastId = settings.epoch;
    this.space = new Space(settings.capacity);
    this.root = this.newInode('directory', {
      kind: 'directory',
      entries: new Entries(),
      parent: undefined,
    }) as Directory;
    this.root.mode = 0o755;
    this.root.nlink = 2;
  }

  /** Runs one step of the volume, unless the caller or the volume is gone. */
  async run<Result>(call: Call, step: () => Result): Promise<Result> {
    this.expectOpen();
    if (call.signal?.aborted === true) throw new StorageError('aborted', undefined, { cause: call.signal.reason });
    if (call.deadline !== undefined && call.deadline <= performance.now()) throw new StorageError('timedOut');
    return step();
  }

  expectOpen(): void {
    if (this.closed) throw new StorageError('unavailable', 'the volume is closed');
  }

  now(): Timestamp {
    return this.rounded(this.settings.clock());
  }

  rounded(time: Timestamp): Timestamp {
    return roundedDown(time, this.traits.timeGranularity);
  }

  /** A number never given before: content stamps are unique. */
  nextCount(): bigint {
    this.#lastCount += 1n;
    return this.#lastCount;
  }

  /** A file without a name yet, owned by 0:0. */
  newInode(type: Inode['type'], content: Inode['content'], rdev = { major: 0, minor: 0 }, verifier?: bigint): Inode {
    if (this.inodes.size >= this.settings.maxFiles) throw new StorageError('noSpace', 'no more files');
    this.#lastId += 1n;
    const now = this.now();
    const inode: Inode = {
      id: this.#lastId,
      type,
      mode: 0,
      uid: 0,
      gid: 0,
      nlink: 0,
      rdev,
      accessed: now,
      modified: now,
      changed: now,
      born: now,
      dosBits: 0,
      change: 1n,
      xattrs: new Map(),
      verifier,
      opens: 0,
      content,
    };
    this.inodes.set(inode.id, inode);
    return inode;
  }

  /** Throws `stale`. */
  inode(id: FileId): Inode {
    const inode = this.inodes.get(id);
    if (inode === undefined) throw new StorageError('stale');
    return inode;
  }

  /** Throws `stale`, `notDirectory`. */
  directory(id: FileId): Directory {
    const inode = this.inode(id);
    if (!isDirectory(inode)) throw new StorageError('notDirectory');
    return inode;
  }

  /** Throws `stale`, `isDirectory`, `wrongType`. */
  file(id: FileId): RegularFile {
    return regular(this.inode(id));
  }

  attributes(inode: Inode): Attributes {
    return attributesOf(inode, this.traits);
  }

  stamp(inode: Inode): Stamp {
    return stampOf(this.attributes(inode));
  }

  /** Marks a change, each by one, so that who has made one sees whether there was another; one of `content` (or of a directory's entries) moves `modified` too. */
  touch(inode: Inode, what: 'attributes' | 'content'): void {
    inode.changed = this.now();
    inode.change += 1n;
    if (what === 'content') inode.modified = inode.changed;
  }

  /** Changes a directory's entries by `step`. */
  changeEntries(directory: Directory, step: () => void): DirectoryChange {
    const before = this.stamp(directory);
    step();
    this.touch(directory, 'content');
    return { before, after: this.attributes(directory), atomic: true };
  }

  /** The answer for a directory that an operation left as it was. */
  unchanged(directory: Directory): DirectoryChange {
    const after = this.attributes(directory);
    return { before: stampOf(after), after, atomic: true };
  }

  /** Takes one name away; the file goes with its last name and handle. A directory has but one. */
  dropName(inode: Inode): void {
    inode.nlink = isDirectory(inode) ? 0 : inode.nlink - 1;
    this.touch(inode, 'attributes');
    this.dropIfUnused(inode);
  }

  dropIfUnused(inode: Inode): void {
    if (inode.nlink > 0 || inode.opens > 0) return;
    this.inodes.delete(inode.id);
    if (isRegularFile(inode)) inode.content.pages.release();
  }

  /** Throws `conditionFailed` unless `target` is what the condition says. */
  expectTarget(target: Inode | undefined, condition: TargetCondition | undefined): void {
    if (condition === undefined) return;
    if (condition !== 'absent' && condition.stamp !== undefined && !this.traits.contentStamp) {
      throw new StorageError('notSupported', 'this volume has no content stamps');
    }
    if (condition === 'absent' ? target !== undefined : !this.#is(target, condition))
      throw new StorageError('conditionFailed');
  }

  #is(target: Inode | undefined, wanted: { readonly id: FileId; readonly stamp?: bigint }): boolean {
    if (target?.id !== wanted.id) return false;
    return wanted.stamp === undefined || (isRegularFile(target) && target.content.stamp === wanted.stamp);
  }

  /** Throws when the records of a mutation cannot be committed with it. */
  expectRecords(changes: readonly RecordChange[] | undefined): void {
    if (changes === undefined || changes.length === 0) return;
    if (!this.settings.records) throw new StorageError('notSupported', 'this volume has no records');
    checkRecords(changes);
  }

  setRecords(changes: readonly RecordChange[] | undefined): void {
    for (const { key, value } of changes ?? []) {
      if (value === undefined) this.records.delete(keyOf(key));
      else this.records.set(keyOf(key), { key: Uint8Array.from(key), value: Uint8Array.from(value) });
    }
  }
}

/** Throws `isDirectory`, `wrongType`. */
export function regular(inode: Inode): RegularFile {
  if (isDirectory(inode)) throw new StorageError('isDirectory');
  if (!isRegularFile(inode)) throw new StorageError('wrongType');
  return inode;
}
