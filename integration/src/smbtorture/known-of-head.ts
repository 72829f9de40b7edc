import { readFileSync } from 'node:fs';
import { type KnownFailures, readKnownFailures } from './known-failures.ts';

/** integration/suites/smbtorture/known-failures. */
export function knownOfHead(): KnownFailures {
  const file = new URL('../../suites/smbtorture/known-failures', import.meta.url);
  return readKnownFailures(readFileSync(file, 'utf8'));
}
