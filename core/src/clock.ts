export type { Clock } from './wire/clock.ts';

/** Fills and returns a new array of random bytes fit for secrets. */
export type RandomSource = (length: number) => Uint8Array;
