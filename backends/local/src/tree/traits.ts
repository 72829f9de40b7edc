import type { VolumeTraits } from '@polynas/core/spi';
import { maxNameBytes } from './names.ts';

export const maxLinks = 2 ** 31;
/** What common host file systems (ext4) can hold in one file. */
const maxFileSize = 16 * 2 ** 40 - 1_048_576;

export function traitsOf(sparse: boolean): VolumeTraits {
  return Object.freeze({
    maxNameBytes,
    maxFileSize,
    maxLinks,
    maxSymlinkBytes: 4095,
    maxXattrBytes: 65_536,
    maxXattrTotalBytes: 262_144,
    timeGranularity: 1,
    contentStamp: true,
    orderedListing: true,
    replace: 'swap',
    maxPublishBytes: 1_048_576,
    sparse,
    quietRecords: true,
    writers: 'head',
    persistent: true,
    preferredIo: 1_048_576,
  });
}
