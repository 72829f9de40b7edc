/** 100 ns steps from 1601-01-01 to 1970-01-01. */
const EPOCH = 116_444_736_000_000_000n;
const STEPS_PER_SECOND = 10_000_000n;
const MAX = 0x7fff_ffff_ffff_ffffn;

/** Seconds (may be negative) and nanoseconds (0 … 999 999 999) since 1970. */
export interface UnixTime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/** A FILETIME (MS-DTYP 2.3.3): 100 ns steps since 1601, rounded down; times before 1601 and beyond 2^63 − 1 are cut. */
export function fileTime(time: UnixTime): bigint {
  const steps = time.seconds * STEPS_PER_SECOND + BigInt(Math.floor(time.nanoseconds / 100)) + EPOCH;
  if (steps < 0n) return 0n;
  return steps > MAX ? MAX : steps;
}

export function unixTime(fileTime: bigint): UnixTime {
  const steps = fileTime - EPOCH;
  let seconds = steps / STEPS_PER_SECOND;
  let rest = steps % STEPS_PER_SECOND;
  if (rest < 0n) {
    seconds -= 1n;
    rest += STEPS_PER_SECOND;
  }
  return { seconds, nanoseconds: Number(rest) * 100 };
}

/**
 * What a time in FileBasicInformation asks for (MS-FSCC 2.4): 0 leaves it, −1 and −2 stop and start its updates by the
 * open's own I/O, any other negative value is invalid.
 */
export function timeChange(value: bigint): 'keep' | 'freeze' | 'thaw' | 'invalid' | UnixTime {
  if (value === 0n) return 'keep';
  if (value <= MAX) return unixTime(value);
  if (value === 0xffff_ffff_ffff_ffffn) return 'freeze';
  if (value === 0xffff_ffff_ffff_fffen) return 'thaw';
  return 'invalid';
}
