import type { Attributes, Call, FileId, VolumeTraits } from '@polynas/core/spi';
import type { AttributeSource } from './attributes/attribute-source.ts';
import type { Clock } from './attributes/clock.ts';
import type { ContentCache } from './data/content-cache.ts';
import type { Later } from './later.ts';
import type { HeldInode, Mounts } from './mounts/mounts-api.ts';
import type { FhPointer, Mount } from './native/mount-api.ts';
import type { Life } from './tree/life.ts';
import type { Listings } from './tree/listings.ts';
import type { NameCache } from './tree/name-cache.ts';
import type { Rooms } from './tree/rooms.ts';
import type { Syncs } from './tree/syncs.ts';
import type { XattrCache } from './xattrs/xattr-cache.ts';

/** An open file of libcephfs, for delegations. */
export interface HeldFh {
  readonly mount: Mount;
  readonly fh: FhPointer;
  readonly leave: () => void;
}

/** Writes of a file, as of a moment. */
export interface WritesSoFar {
  /** That the MDS may not know of. */
  readonly uncounted: number;
  /** That are not known to be stable. */
  readonly unsynced: number;
}

/** Which files handles keep alive, and whether what was written to them is still there. Kept by the handles' part (`data/`). */
export interface OpenFiles {
  /** A handle of the file is open: it lives, named or not. */
  isOpen(id: FileId): boolean;
  /** Before what may be the last name of a file is taken away: where a handle is open, the file is opened in CephFS too, which keeps its content. */
  keep(call: Call, id: FileId): Promise<void> | undefined;
  /** An open file that stays open until `leave`, or for as long as its mount lives. */
  hold(call: Call, id: FileId, access: 'read' | 'write'): Promise<HeldFh>;
  /** Takes over an open file of libcephfs, and the hold of its inode: a new file that may be written to next. */
  adopt(inode: HeldInode, id: FileId, fh: FhPointer): void;
  /** Closes a file in CephFS that nobody has open. */
  letGo(id: FileId): void;
  /** The file has lost its last name, and nobody has it open: its content shall go with it, soon. */
  gone(file: Attributes): void;
  /** What was written to the file that the MDS may not know of; `undefined`: nothing. */
  uncounted(id: FileId): WritesSoFar | undefined;
  /** The MDS knows of it: a whole sync has succeeded that began then. */
  counted(id: FileId, writes: WritesSoFar): void;
  /** Throws `io` when unstable writes of the file were lost with a mount and nobody has been told yet: nothing may be published of it. */
  expectWhole(id: FileId): void;
  /** After a sync of the file that was not one of its `hold`: whether its unstable writes were kept till then. Rejected with `noSpace` where they may not have been. */
  expectKept(id: FileId): Promise<void>;
}

/** What all operations of a volume share. */
export interface VolumeContext {
  readonly mounts: Mounts;
  readonly traits: VolumeTraits;
  readonly clock: Clock;
  /** Milliseconds since some moment; nobody sets it. */
  readonly steadyClock: () => number;
  readonly later: Later;
  /** Every call runs in it. */
  readonly life: Life;
  /** Where attributes come from, and who is told of each change that we make. */
  readonly attributes: AttributeSource;
  readonly names: NameCache;
  /** Entries of directories, told of changes by `names`; absent where others change them. */
  readonly listings: Listings | undefined;
  readonly syncs: Syncs;
  readonly opens: OpenFiles;
  readonly locks: Locks;
  /** Extended attributes and contents that were read lately; absent where others change them. */
  readonly xattrs: XattrCache | undefined;
  readonly contents: ContentCache | undefined;
}

/** Taken in this order, of one kind by ascending id (names by key): so nobody waits in a circle. */
export interface Locks {
  /** Alone in the volume: moving a directory to another one (`tree/rename.ts`). */
  readonly directoryMoves: Rooms<'volume'>;
  /** By directory: `'change'` of entries, `'list'`. */
  readonly directories: Rooms<FileId>;
  /** By `placeOf`: `'look'`, or alone to change what the name means. */
  readonly names: Rooms<string>;
  /** By file: alone for changes in several steps; `'write'` for what may go beside other writes. */
  readonly files: Rooms<FileId>;
  /** Alone in the volume: taking over a name of a file that has others (`tree/take-over.ts`). */
  readonly takeOvers: Rooms<'volume'>;
}
