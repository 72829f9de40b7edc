import { cephMissing } from './requirement.ts';

/** End-to-end tests that are run on a CephFS volume as well, whatever the machine. */
const always = ['four-doors', 'held-state', 'smb-swift-truth', 'notify', 'cifs'];

/** The others that look at files through doors; POLYNAS_E2E_FULL=1 runs them as well. */
const inFull: readonly string[] = ['large-copies', 'same-truth', 'same-bytes', 'same-tree', 'still-there', 'bad-input'];

/** Test files of the end-to-end tests on a CephFS volume; where no cluster can be started, one that says so. */
export function filesOnCeph(full: boolean): string[] {
  if (cephMissing() !== undefined) return ['integration/src/ceph/availability.test.ts'];
  return [...always, ...(full ? inFull : [])].map((name) => `integration/src/e2e/${name}.test.ts`);
}
