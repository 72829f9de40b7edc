import { describe } from 'vitest';
import { setFlavour } from '../flavour.ts';

setFlavour({ traits: { maxPublishBytes: 0 } });

/** The tests of objects again, where all contents come by way of a temporary file. */
describe('over a volume that publishes nothing in one step', async () => {
  await import('./compose.test.ts');
  await import('./describe.test.ts');
  await import('./discard.test.ts');
  await import('./etags.test.ts');
  await import('./multipart.test.ts');
  await import('./object-races.test.ts');
  await import('./objects.test.ts');
  await import('./read-while-written.test.ts');
});
