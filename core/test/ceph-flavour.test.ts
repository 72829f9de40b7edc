import { describe } from 'vitest';
import { cephFlavour, setFlavour } from './flavour.ts';

setFlavour(cephFlavour);

/** The tests of core again, over a volume that can do what CephFS can and no more. */
describe('over a volume like CephFS', async () => {
  await import('./files.test.ts');
  await import('./folded-names.test.ts');
  await import('./handle-cache.test.ts');
  await import('./lock-waiting.test.ts');
  await import('./open-operations.test.ts');
  await import('./permission-matrix.test.ts');
  await import('./races.test.ts');
  await import('./state.test.ts');
  await import('./streams.test.ts');
  await import('./objects/between-steps.test.ts');
  await import('./objects/complete-race.test.ts');
  await import('./objects/compose.test.ts');
  await import('./objects/conversions.test.ts');
  await import('./objects/describe.test.ts');
  await import('./objects/discard.test.ts');
  await import('./objects/etags.test.ts');
  await import('./objects/get-overtaken.test.ts');
  await import('./objects/list-nothing-missing.test.ts');
  await import('./objects/list-while-changing.test.ts');
  await import('./objects/list.test.ts');
  await import('./objects/multipart.test.ts');
  await import('./objects/object-races.test.ts');
  await import('./objects/objects.test.ts');
  await import('./objects/read-while-written.test.ts');
});
