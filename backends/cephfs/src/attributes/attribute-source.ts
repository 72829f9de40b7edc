import { isStorageError, StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId, Timestamp, WriteEpoch } from '@polynas/core/spi';
import { isBoundTo } from '../mounts/is-bound-to.ts';
import type { HeldInode, Mounts } from '../mounts/mounts-api.ts';
import type { InodePointer, Mount, Statx } from '../native/mount-api.ts';
import { ofInode } from '../native/storage-error.ts';
import { attributesOf } from './attributes-of.ts';
import { decodeOwnRecord, ownXattr } from './own-record.ts';
import type { OwnRecord } from './own-record.ts';
import { Recent } from './recent.ts';
import { sameTime } from './times.ts';
import { isLeftUnpublished } from './unpublished.ts';

/** Of a directory: its answer depends on all below it, so libcephfs asks the MDS for it, and takes over what else that says of the directory. */
const askedOfTheMds = 'ceph.dir.rctime';

/** Above it one is asked for with each that is added. */
const maxSuspects = 4096;

export interface Known {
  readonly attributes: Attributes;
  readonly own: OwnRecord;
  /** It was remembered, and is not any more. */
  outdated?: boolean;
}

/** What a change is seen by. */
export interface Before {
  readonly change: bigint;
  readonly changed?: Timestamp;
  /** Links that there have to be now, where that is known. */
  readonly links?: number;
  /** Entries of a directory were changed: that is the last that happened to it. */
  readonly entries?: boolean;
}

function isAfter(statx: Statx, before: Before): boolean {
  if (statx.version <= before.change || statx.nlink !== (before.links ?? statx.nlink)) return false;
  if (before.changed !== undefined && sameTime(statx.changed, before.changed)) return false;
  return before.entries !== true || sameTime(statx.modified, statx.changed);
}

interface Fetch {
  readonly known: Promise<Known>;
  /** As of before it was asked. */
  readonly epoch: WriteEpoch;
  /** The file was changed by us meanwhile: what comes is an answer for those who wait, and nothing to remember. */
  overtaken: boolean;
}

export interface AttributeSourceOptions {
  readonly mounts: Mounts;
  /** Files remembered; 0 where others change them. */
  readonly entries: number;
  /** Whether a handle keeps an unlinked file alive. */
  readonly isOpen: (id: FileId) => boolean;
}

/**
 * Attributes of files, from memory where nobody else changes them, else from the cluster. Exact under our own calls: whoever changed a file says so
 * here (`changed`, `learn`, `drop`) in the turn in which the change is answered. Nothing is kept over an epoch.
 */
export class AttributeSource {
  /** Sub-directories of the root that callers do not see. */
  hiddenInRoot = 0;
  readonly #mounts: Mounts;
  readonly #isOpen: (id: FileId) => boolean;
  readonly #known: Recent<FileId, Known> | undefined;
  readonly #fetches = new Map<FileId, Fetch>();
  /** Directories whose attributes libcephfs has wrong until it hears of them again (see `suspect`). */
  readonly #suspects = new Map<FileId, object>();
  #epoch: WriteEpoch;

  constructor({ mounts, entries, isOpen }: AttributeSourceOptions) {
    this.#mounts = mounts;
    this.#isOpen = isOpen;
    this.#known = entries > 0 ? new Recent(entries) : undefined;
    this.#epoch = mounts.epoch();
  }

  /** What is at hand; `undefined` when the cluster has to be asked. */
  now(id: FileId): Known | undefined {
    if (this.#known === undefined) return undefined;
    this.#forgetEarlier(this.#known);
    return this.#known.get(id);
  }

  /** What `now` has given is what it would give again while this stands still and that is not `outdated`: for who has much to look at, and no time to look it all up. */
  round(): number {
    if (this.#known === undefined) return 0;
    this.#forgetEarlier(this.#known);
    return this.#known.round;
  }

  /** What is of an earlier epoch. */
  #forgetEarlier(known: Recent<FileId, Known>): void {
    const epoch = this.#mounts.epoch();
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    known.clear();
  }

  /** Rejected with `stale`. */
  async get(call: Call, id: FileId): Promise<Known> {
    const known = this.now(id);
    if (known !== undefined) return known;
    const inode = await this.#mounts.hold(id);
    try {
      return await this.of(call, inode, id);
    } finally {
      inode.release();
    }
  }

  /** The same of an inode at hand. Who asks while another one asks shares the answer. */
  async of(call: Call, inode: HeldInode, id: FileId): Promise<Known> {
    const known = this.now(id);
    if (known !== undefined) return known;
    const running = this.#known === undefined ? undefined : this.#fetches.get(id);
    if (running !== undefined && this.#isOfNow(running)) return await running.known;
    return await this.#fetch(call, inode, id);
  }

  /**
   * After a call of ours has changed the file, whose answer told libcephfs how it is: its attributes now. `before`: what it was. The MDS tells a client the news in its
   * first answer only where that client is the only one that uses the inode; where somebody else looks at it too it is given what was, or some of it: the cluster is asked.
   */
  async changed(inode: HeldInode, id: FileId, own?: OwnRecord, before?: Before): Promise<Attributes> {
    const record = own ?? this.now(id)?.own;
    this.drop(id);
    if (!isBoundTo(this.#mounts, id, inode.mount)) return await this.#changedElsewhere(inode, id);
    if (this.#known === undefined || record === undefined || this.#suspects.has(id)) {
      return (await this.#fetch({}, inode, id)).attributes;
    }
    const statx = inode.mount.getattrNow(inode.pointer);
    if (before !== undefined && !isAfter(statx, before)) return (await this.#fetch({}, inode, id)).attributes;
    return this.learn(statx, record);
  }

  /**
   * After a call of ours has changed the file and told what it was right then, as of before other changes that were answered since. `undefined` where that is nothing to go by: then
   * `changed` has to be asked.
   */
  told(id: FileId, statx: Statx, epoch: WriteEpoch): Attributes | undefined {
    const known = this.now(id);
    if (known === undefined || known.attributes.change >= statx.version || this.#suspects.has(id)) return undefined;
    return this.learn(statx, known.own, epoch);
  }

  /** The same, asked on another thread: for while other calls hold libcephfs's lock for long, as those do that move much. */
  async changedAside(inode: HeldInode, id: FileId): Promise<Attributes> {
    this.drop(id);
    if (!isBoundTo(this.#mounts, id, inode.mount)) return await this.#changedElsewhere(inode, id);
    return (await this.#fetch({}, inode, id)).attributes;
  }

  /** Changed through the mount of another file (its directory): the file's own knows what was written. */
  async #changedElsewhere(by: HeldInode, id: FileId): Promise<Attributes> {
    const inode = await this.#mounts.hold(id);
    try {
      // The MDS tells others of a change once it is in its journal, which it writes by itself every five seconds.
      await by.mount.syncInode(by.pointer, false).catch((error: unknown) => {
        throw this.#mounts.failed(by.mount, error);
      });
      return (await this.#fetch({}, inode, id)).attributes;
    } finally {
      inode.release();
    }
  }

  /** Remembers what a call of ours has answered of a file, as its attributes now. `epoch`: as of before the call, where that is not the same turn. */
  learn(statx: Statx, own: OwnRecord, epoch: WriteEpoch = this.#mounts.epoch()): Attributes {
    const attributes = attributesOf(statx, own, statx.ino === this.#mounts.root ? this.hiddenInRoot : 0);
    if (epoch === this.#mounts.epoch()) this.remember({ attributes, own });
    return attributes;
  }

  remember(known: Known): void {
    const { id, change } = known.attributes;
    const other = this.now(id);
    // Answers of two calls may arrive in another order than they were given.
    if (other !== undefined && other.attributes.change > change) return;
    this.drop(id);
    this.#keep(id, known);
  }

  /** The file was changed: what was known of it is nothing any more. */
  drop(id: FileId): void {
    this.#forget(id);
    const running = this.#fetches.get(id);
    if (running !== undefined) running.overtaken = true;
  }

  #keep(id: FileId, known: Known): void {
    known.outdated = false;
    this.#known?.set(id, known);
  }

  #forget(id: FileId): void {
    const known = this.now(id);
    if (known === undefined) return;
    known.outdated = true;
    this.#known?.delete(id);
  }

  /**
   * The reply to a rename out of a directory tells nothing of it, and libcephfs takes what it has for right while it holds the directory exclusively
   * (seen with 16.2: change counter and times of before, at every question by inode, name or listing), until a call changes it: it is asked for in another way.
   */
  suspect(id: FileId): void {
    this.drop(id);
    // Not forgotten with the epoch: another one is no sign that this directory's client is another one. Its successor is asked once more than it need be.
    this.#suspects.set(id, {});
    if (this.#suspects.size > maxSuspects) void this.#clearOldest();
  }

  /** Asks for one that nobody has asked for since. */
  async #clearOldest(): Promise<void> {
    const [first] = this.#suspects;
    if (first === undefined) return;
    const [oldest, why] = first;
    // To the end, so that the next one who comes asks for another.
    this.#suspects.delete(oldest);
    this.#suspects.set(oldest, why);
    try {
      const inode = await this.#mounts.hold(oldest);
      try {
        await this.#refresh(inode.mount, inode.pointer, oldest);
      } finally {
        inode.release();
      }
    } catch (error) {
      // One that is gone nobody asks for. What else fails is met by who asks.
      if (isStorageError(error, 'stale')) this.#suspects.delete(oldest);
    }
  }

  isSuspect(id: FileId): boolean {
    return this.#suspects.has(id);
  }

  /** A call on a suspect's entries has been answered, with nothing else under way there: that told libcephfs how it is. */
  unsuspect(id: FileId): void {
    this.#suspects.delete(id);
  }

  /** What was asked before an eviction may tell of bytes that are lost: their client answered it, and it came late. */
  #isOfNow({ overtaken, epoch }: Fetch): boolean {
    return !overtaken && epoch === this.#mounts.epoch();
  }

  #fetch(call: Call, inode: HeldInode, id: FileId): Promise<Known> {
    const epoch = this.#mounts.epoch();
    const fetch: Fetch = { known: this.#ask(call, inode, id), epoch, overtaken: false };
    this.#fetches.set(id, fetch);
    const end = (): void => {
      if (this.#fetches.get(id) === fetch) this.#fetches.delete(id);
    };
    return fetch.known.then(
      (known) => {
        end();
        if (this.#isOfNow(fetch)) {
          this.#forget(id);
          this.#keep(id, known);
        }
        return known;
      },
      (error: unknown) => {
        end();
        throw error;
      },
    );
  }

  async #ask(call: Call, { mount, pointer }: HeldInode, id: FileId): Promise<Known> {
    try {
      if (this.#suspects.has(id)) await this.#refresh(mount, pointer, id);
      const [answer] = await mount.within(call).getattrs([pointer], [ownXattr]);
      if (answer === undefined || answer instanceof Error) throw answer ?? new StorageError('io', 'no answer');
      const { statx, xattrs } = answer;
      // Who knows its number has it from before a crash.
      if (await isLeftUnpublished(mount, pointer, statx))
        throw new StorageError('stale', 'it was never published whole');
      return this.expectAlive(statx, decodeOwnRecord(xattrs?.get(ownXattr)));
    } catch (error) {
      throw this.#mounts.failed(mount, ofInode(error));
    }
  }

  /** Throws `stale` for a file that neither a name nor a handle keeps. */
  expectAlive(statx: Statx, own: OwnRecord): Known {
    const attributes = attributesOf(statx, own, statx.ino === this.#mounts.root ? this.hiddenInRoot : 0);
    if (attributes.nlink === 0 && !this.#isOpen(attributes.id)) throw new StorageError('stale');
    return { attributes, own };
  }

  async #refresh(mount: Mount, pointer: InodePointer, id: FileId): Promise<void> {
    const why = this.#suspects.get(id);
    await mount.getxattr(pointer, askedOfTheMds);
    // Unless another name has left it meanwhile.
    if (this.#suspects.get(id) === why) this.#suspects.delete(id);
  }
}
