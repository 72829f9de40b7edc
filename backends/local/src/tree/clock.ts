import type { Timestamp } from '@polynas/core/spi';

/** Where times of the volume come from. */
export interface Clock {
  now(): Timestamp;
}

/** The host's clock, refined below the millisecond by the process's monotonic one. */
export const hostClock: Clock = {
  now() {
    const milliseconds = performance.timeOrigin + performance.now();
    const drift = Date.now() - milliseconds;
    // After the host's clock was set, `timeOrigin` is wrong by the step; then the plain clock is right.
    const exact = Math.abs(drift) > 50 ? milliseconds + drift : milliseconds;
    const seconds = Math.floor(exact / 1000);
    return { seconds, nanoseconds: Math.min(999_999_999, Math.max(0, Math.round((exact - seconds * 1000) * 1e6))) };
  },
};
