import { rootId } from '../format/meta.ts';
import type { CounterName } from './counters.ts';

/** 0 is the start of a directory; 1 and 2 are left to protocols for `.` and `..`. */
export const firstCookie = 3n;

/** Where the counters of a new volume begin. */
export const firstNumbers: Record<CounterName, number> = {
  files: rootId + 1,
  contents: 1,
  cookies: Number(firstCookie),
  blobs: 1,
  stamps: 1,
};
