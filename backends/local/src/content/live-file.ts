import type { Timestamp } from '@polynas/core/spi';
import type { Inode } from '../format/inode.ts';
import { Gate } from './gate.ts';

/**
 * What unstable writes changed and no commit holds yet. Shown over the inode as long as the inode's content is the one it was made for,
 * so that a swap of content takes it away in the same instant.
 */
export interface Overlay {
  readonly content: number;
  size: number;
  allocated: number;
  modified: Timestamp;
  changed: Timestamp;
  /** The counter that readers are shown. */
  change: number;
  /** The highest counter given to anything, shown or in a commit under way. */
  highest: number;
  contentStamp: number;
}

/** A regular file that somebody holds, or whose blob is ahead of its inode. */
export class LiveFile {
  readonly id: number;
  readonly gate = new Gate();
  /** Handles and running operations. */
  holders = 0;
  handles = 0;
  /** Its last name went while somebody held it: the last holder removes it. */
  orphan = false;
  overlay: Overlay | undefined;
  /** The dirty row stands (or is in a commit before any later one). */
  dirty = false;
  /** The change counter must stay below it until the row is renewed. */
  changeBound = 0;
  /** Resolves when the dirty row is durable. */
  marking: Promise<void> | undefined;
  /** In-place writes that are under way. */
  writing = 0;
  /** Counts finished in-place changes; a sync clears the row only when none came after it began. */
  generation = 0;
  /** When bytes last changed, on the `performance.now()` clock; an idle file is flushed. */
  lastChange = 0;
  /** A write failed half-way: the blob may be longer than the file. */
  trim = false;
  running: Promise<void> | undefined;
  queued: Promise<void> | undefined;

  constructor(id: number) {
    this.id = id;
  }

  get busy(): boolean {
    return (
      this.holders > 0 ||
      this.orphan ||
      this.dirty ||
      this.overlay !== undefined ||
      this.marking !== undefined ||
      !this.gate.idle
    );
  }
}

/** Puts what unstable writes changed over what the tree holds. */
export function overlaid(inode: Inode, overlay: Overlay | undefined): Inode {
  if (overlay === undefined || overlay.content !== inode.content.id) return inode;
  inode.size = overlay.size;
  inode.allocated = overlay.allocated;
  inode.modified = overlay.modified;
  if (later(overlay.changed, inode.changed)) inode.changed = overlay.changed;
  inode.change = overlay.change;
  inode.contentStamp = overlay.contentStamp;
  return inode;
}

export function later(a: Timestamp, b: Timestamp): boolean {
  return a.seconds > b.seconds || (a.seconds === b.seconds && a.nanoseconds > b.nanoseconds);
}

/** The files that are alive. */
export class LiveFiles {
  readonly #files = new Map<number, LiveFile>();
  /** Open handles of all files. */
  handles = 0;
  /** Files that a commit under way removes: nobody may open them any more. */
  readonly removing = new Set<number>();

  get(id: number): LiveFile | undefined {
    return this.#files.get(id);
  }

  /** Somebody has a handle of it: then it lives even without a name. */
  isOpen(id: number): boolean {
    return (this.#files.get(id)?.handles ?? 0) > 0;
  }

  all(): IterableIterator<LiveFile> {
    return this.#files.values();
  }

  /** The file, made alive; the caller releases it. */
  hold(id: number): LiveFile {
    let file = this.#files.get(id);
    if (file === undefined) {
      file = new LiveFile(id);
      this.#files.set(id, file);
    }
    file.holders += 1;
    return file;
  }

  /** Forgets the file when nothing keeps it. */
  settle(file: LiveFile): void {
    if (!file.busy) this.#files.delete(file.id);
  }
}
