import type { Timestamp, VolumeTraits } from '@polynas/core/spi';
import { systemClock } from './clock.ts';

/** What a memory volume can be told to be, so that tests of core meet every kind of backend. */
export interface MemoryVolumeOptions {
  /** Gives the present time; the system's by default. */
  readonly clock?: () => Timestamp;
  /** Overrides of the traits, e.g. `{ replace: 'rename', orderedListing: false, contentStamp: false, maxFileSize: 1e6 }`. */
  readonly traits?: Partial<Omit<VolumeTraits, 'persistent'>>;
  /** Optional groups that are there; both by default. */
  readonly groups?: { readonly clone?: boolean; readonly records?: boolean };
  /** `lookupNow`, `getattrNow` are there and `readNow` answers; true by default. */
  readonly now?: boolean;
  /** Bytes of content that fit (`noSpace` beyond); 1 TiB by default, of which only what is written takes memory. */
  readonly capacity?: number;
  /** Files that fit (`noSpace` beyond); unlimited by default. */
  readonly maxFiles?: number;
  /** The write epoch, 0 … 2^64−1; by default another one for each volume. */
  readonly epoch?: bigint;
}

export interface MemoryVolumeSettings {
  readonly clock: () => Timestamp;
  readonly traits: VolumeTraits;
  readonly clone: boolean;
  readonly records: boolean;
  readonly now: boolean;
  readonly capacity: number;
  readonly maxFiles: number;
  readonly epoch: bigint;
}

const defaultTraits: VolumeTraits = {
  maxNameBytes: 255,
  maxFileSize: 2 ** 53 - 1,
  maxLinks: 65_000,
  maxSymlinkBytes: 4095,
  maxXattrBytes: 65_536,
  maxXattrTotalBytes: 262_144,
  timeGranularity: 1,
  contentStamp: true,
  orderedListing: true,
  replace: 'swap',
  maxPublishBytes: 1_048_576,
  sparse: true,
  quietRecords: true,
  writers: 'head',
  persistent: false,
  preferredIo: 1_048_576,
};

let volumesOpened = 0n;

/** Milliseconds in the upper bits and a count in the lower ones: volumes of one process and of its successor all differ. */
function nextEpoch(): bigint {
  volumesOpened += 1n;
  return ((BigInt(Date.now()) << 20n) | (volumesOpened & 0xfffffn)) & 0xffff_ffff_ffff_ffffn;
}

export function settingsFrom(options: MemoryVolumeOptions): MemoryVolumeSettings {
  return {
    clock: options.clock ?? systemClock,
    traits: Object.freeze({ ...defaultTraits, ...options.traits }),
    clone: options.groups?.clone ?? true,
    records: options.groups?.records ?? true,
    now: options.now ?? true,
    capacity: options.capacity ?? 2 ** 40,
    maxFiles: options.maxFiles ?? Number.MAX_SAFE_INTEGER,
    epoch: options.epoch ?? nextEpoch(),
  };
}
