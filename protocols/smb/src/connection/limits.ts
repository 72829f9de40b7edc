/** Bounds of one connection. Bytes, unless said. */
export interface ConnectionLimits {
  readonly maxTransactSize: number;
  readonly maxReadSize: number;
  readonly maxWriteSize: number;
  /** A frame before a session is established: tokens are small. */
  readonly maxFrameBeforeAuth: number;
  /** Messages of one compound. */
  readonly maxCompound: number;
  /** Credits that a client may hold: how many MessageIds the window spans. */
  readonly maxCredits: number;
}

const MEBIBYTE = 1024 * 1024;

/** As Windows Server has them (MS-SMB2 3.3.5.4 note), with frames before authentication bound tighter. */
export const defaultLimits: ConnectionLimits = {
  maxTransactSize: 8 * MEBIBYTE,
  maxReadSize: 8 * MEBIBYTE,
  maxWriteSize: 8 * MEBIBYTE,
  maxFrameBeforeAuth: 64 * 1024,
  maxCompound: 64,
  maxCredits: 8192,
};

/** Room for headers and the parts of a compound around the largest payload (MS-SMB2 3.3.5.2: 256 bytes for each). */
const AROUND_PAYLOAD = 64 * 1024;

/** The largest frame that is taken. */
export function maxFrame(limits: ConnectionLimits, authenticated: boolean): number {
  if (!authenticated) return limits.maxFrameBeforeAuth;
  return Math.max(limits.maxTransactSize, limits.maxWriteSize) + AROUND_PAYLOAD;
}
