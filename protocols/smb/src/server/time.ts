import { fileTime } from '../information/file-time.ts';
import type { Clock } from '@polynas/core/wire';

/** The time as FILETIME. */
export function fileTimeNow(clock: Clock): bigint {
  const now = clock.now();
  const seconds = Math.floor(now / 1000);
  return fileTime({ seconds: BigInt(seconds), nanoseconds: Math.floor((now - seconds * 1000) * 1e6) });
}
