import { expect, test } from 'vitest';
import { cephMissing, whyNoCeph } from './requirement.ts';

// Where no cluster can be started, it stands for the end-to-end tests on a CephFS volume.
test('a Ceph cluster can be started on this machine', ({ skip }) => {
  const reason = whyNoCeph();
  if (reason !== undefined) skip(reason);
  expect(cephMissing()).toBeUndefined();
});
