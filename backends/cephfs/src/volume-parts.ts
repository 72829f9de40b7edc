import type { VolumeTraits, WriteEpoch } from '@polynas/core/spi';
import { AttributeSource } from './attributes/attribute-source.ts';
import { systemClock } from './attributes/clock.ts';
import type { Clock } from './attributes/clock.ts';
import type { Locks, VolumeContext } from './context.ts';
import { ContentCache } from './data/content-cache.ts';
import { OpenFileTable } from './data/open-files.ts';
import { unrefTimeout } from './later.ts';
import type { Later } from './later.ts';
import type { Mounts } from './mounts/mounts-api.ts';
import { Life } from './tree/life.ts';
import { Listings } from './tree/listings.ts';
import { NameCache } from './tree/name-cache.ts';
import { Rooms } from './tree/rooms.ts';
import { Syncs } from './tree/syncs.ts';
import { XattrCache } from './xattrs/xattr-cache.ts';

/** Files and names remembered where nobody else changes them, at least; about 1 KiB for each of both. */
const rememberedFiles = 32_768;
const rememberedNames = 65_536;
/** Bytes of directories' entries, of extended attributes and of contents. */
const rememberedListings = 56 * 1_048_576;
const rememberedXattrs = 16 * 1_048_576;
const rememberedContents = 64 * 1_048_576;

export interface VolumePartsOptions {
  readonly mounts: Mounts;
  readonly traits: VolumeTraits;
  readonly clock?: Clock;
  readonly steadyClock?: () => number;
  readonly later?: Later;
  /** See `Backlog`. */
  readonly mostBehind?: number;
}

/** The parts that the operations of a volume share, put together. */
export class VolumeParts implements VolumeContext {
  readonly mounts: Mounts;
  readonly traits: VolumeTraits;
  readonly clock: Clock;
  readonly steadyClock: () => number;
  readonly later: Later;
  readonly life = new Life();
  readonly attributes: AttributeSource;
  readonly names: NameCache;
  readonly listings: Listings | undefined;
  readonly syncs: Syncs;
  readonly opens: OpenFileTable;
  readonly xattrs: XattrCache | undefined;
  readonly contents: ContentCache | undefined;
  readonly locks: Locks = {
    directoryMoves: new Rooms(),
    directories: new Rooms(),
    names: new Rooms(),
    files: new Rooms(),
    takeOvers: new Rooms(),
  };

  constructor({
    mounts,
    traits,
    clock = systemClock(),
    steadyClock = () => performance.now(),
    later = unrefTimeout,
    mostBehind,
  }: VolumePartsOptions) {
    const alone = traits.writers === 'head';
    this.mounts = mounts;
    this.traits = traits;
    this.clock = clock;
    this.steadyClock = steadyClock;
    this.later = later;
    this.opens = new OpenFileTable(this, mostBehind);
    this.syncs = new Syncs(mounts);
    const epoch = (): WriteEpoch => mounts.epoch();
    this.listings = alone ? new Listings(rememberedListings, epoch) : undefined;
    this.names = new NameCache(alone ? rememberedNames : 0, epoch, this.listings);
    this.xattrs = alone ? new XattrCache(rememberedXattrs, epoch) : undefined;
    this.contents = alone ? new ContentCache(rememberedContents, epoch) : undefined;
    this.attributes = new AttributeSource({
      mounts,
      entries: alone ? rememberedFiles : 0,
      isOpen: (id) => this.opens.isOpen(id),
    });
  }
}
