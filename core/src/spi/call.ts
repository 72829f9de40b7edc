/**
 * What every backend call is given. A backend acts as superuser: core has decided access before. `signal` and
 * `deadline` end the caller's interest in a *result*; a backend may reject early with `aborted` / `timedOut`, yet keeps the caller's buffers
 * until the operation has settled underneath, and never abandons a mutation half-way.
 */
export interface Call {
  readonly signal?: AbortSignal;
  /** Milliseconds on the `performance.now()` clock of this process. */
  readonly deadline?: number;
}
