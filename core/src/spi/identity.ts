/**
 * Identifies a file on its volume: issued by the backend, opaque to everybody else, stable over rename and restart,
 * never reused. At most 128 bits (`0 <= id < 2^128`); compared by value, so it can key a `Map`.
 */
export type FileId = bigint;

/** A name in a directory: 1 to `traits.maxNameBytes` bytes without `/` and NUL, not `.` or `..`. UTF-8 preferred, any bytes allowed. */
export type Name = Uint8Array;

/** A position in a directory: 0 is the start; those a backend gives are 3 … 2^63−1 (1 and 2 are left to protocols for `.` and `..`). Others are `badCookie`; of those in the range that were never given, a backend may refuse what it can tell. */
export type Cookie = bigint;

/**
 * Names one life of a mount (process start + mount incarnation). Unstable writes that were answered with one epoch and
 * are synced under the same epoch are on stable storage; if the epoch changed, any of them may be lost. 64 bits (`0 <= epoch < 2^64`): it is the NFS write verifier.
 */
export type WriteEpoch = bigint;
