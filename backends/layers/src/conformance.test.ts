import { describeVolume } from '@polynas/backend-conformance';
import { openMemoryVolume } from '@polynas/backend-memory';
import { faults, Histograms, metrics } from './index.ts';

// A layer that does nothing must be nothing: the whole suite runs through it.
describeVolume('memory behind metrics and faults', {
  open: async () => metrics(faults(openMemoryVolume()).volume, new Histograms()),
  runs: 5,
});
describeVolume('memory without what is optional, behind metrics and faults', {
  open: async () => {
    const traits = { orderedListing: false, replace: 'rename', contentStamp: false, maxPublishBytes: 0 } as const;
    const volume = openMemoryVolume({ traits, groups: { clone: false, records: false }, now: false });
    return faults(metrics(volume, new Histograms())).volume;
  },
  runs: 5,
});
