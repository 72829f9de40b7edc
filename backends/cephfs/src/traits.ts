import type { VolumeTraits } from '@polynas/core/spi';
import { snapshotsName } from './tree/names.ts';
import { maxXattrBytes, maxXattrTotalBytes } from './xattrs/budget.ts';

export function traitsOf(writers: VolumeTraits['writers'], maxFileSize: number): VolumeTraits {
  return Object.freeze({
    maxNameBytes: 255,
    reservedNames: [snapshotsName],
    maxFileSize,
    // The MDS has no limit of its own.
    maxLinks: 2 ** 31 - 1,
    maxSymlinkBytes: 4095,
    maxXattrBytes,
    maxXattrTotalBytes,
    timeGranularity: 1,
    contentStamp: false,
    orderedListing: false,
    replace: 'rename',
    maxPublishBytes: 1_048_576,
    sparse: false,
    quietRecords: false,
    writers,
    persistent: true,
    preferredIo: 4_194_304,
  });
}
