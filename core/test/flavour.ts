import type { MemoryVolumeOptions } from '@polynas/backend-memory';
import type { Timestamp } from '../src/spi/index.ts';

let nanoseconds = 0;

/** A write is later than the one before, as on a client that counts nanoseconds. */
function clock(): Timestamp {
  nanoseconds = (nanoseconds + 1) % 1_000_000;
  const now = Date.now();
  return { seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1_000_000 + nanoseconds };
}

/** What a CephFS mount can do, and what it cannot (backends/cephfs). */
export const cephFlavour: MemoryVolumeOptions = {
  clock,
  now: false,
  groups: { clone: false, records: false },
  traits: {
    contentStamp: false,
    orderedListing: false,
    replace: 'rename',
    quietRecords: false,
    sparse: false,
    maxPublishBytes: 0,
    maxXattrBytes: 65_536,
    maxXattrTotalBytes: 65_536,
  },
};

const everything: MemoryVolumeOptions = {};
let present = everything;

/** What the volumes of all tests of this file are like that say nothing of their own. */
export function setFlavour(options: MemoryVolumeOptions): void {
  present = options;
}

/** The tests that are of what only a volume with everything does. */
export function isBare(): boolean {
  return present !== everything;
}

export function flavoured<T extends MemoryVolumeOptions>(options: T): T {
  return {
    ...present,
    ...options,
    traits: { ...present.traits, ...options.traits },
    groups: { ...present.groups, ...options.groups },
  };
}
