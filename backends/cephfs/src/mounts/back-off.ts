const first = 250;
const most = 15_000;

/** Milliseconds to wait before the attempt that follows `failures` failed ones: at once, then twice as long each time, up to a quarter of a minute. */
export function backOff(failures: number): number {
  return failures === 0 ? 0 : Math.min(most, first * 2 ** (failures - 1));
}
