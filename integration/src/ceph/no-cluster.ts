import { test } from 'vitest';
import { cephMissing } from './requirement.ts';

/** Stands for the end-to-end tests of a CephFS volume where no cluster can be started. */
test('end-to-end tests on a CephFS volume', ({ skip }) => skip(cephMissing() ?? 'there is a cluster'));
