import { describeVolume } from '@polynas/backend-conformance';
import { openMemoryVolume } from './index.ts';

describeVolume('memory', { open: async () => openMemoryVolume() });
describeVolume('memory without what is optional', {
  open: async () =>
    openMemoryVolume({
      traits: {
        replace: 'rename',
        orderedListing: false,
        contentStamp: false,
        sparse: false,
        quietRecords: false,
        timeGranularity: 1000,
        maxFileSize: 10_000_000,
        maxLinks: 100,
        reservedNames: ['.reserved'],
      },
      groups: { clone: false, records: false },
      now: false,
    }),
});
