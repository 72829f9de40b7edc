import type { Volume } from '@polynas/core/spi';

/** What a backend's own test file gives to the suite. */
export interface VolumeFactory {
  /** Opens a new, empty volume. */
  open(): Promise<Volume>;
  /**
   * Opens the storage of a volume that the suite has closed again: the next life of it. Needed where `traits.persistent`.
   */
  reopen?(closed: Volume): Promise<Volume>;
  /** Removes what `open` made. The suite has closed the volume. */
  cleanup?(closed: Volume): Promise<void>;
  /** Lets the volume's clock move on by more than `traits.timeGranularity`; by default it waits for that. */
  tick?(): void | Promise<void>;
  /** Random sequences that each model test runs, as far as it comes with them in 40 seconds; 30 by default. */
  runs?: number;
}
