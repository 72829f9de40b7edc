import type { WriteEpoch } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';

/** The write epoch that all of an upload's unstable writes must share: one that is answered with another says that those before it may be lost. */
export class OneEpoch {
  #epoch: WriteEpoch | undefined = undefined;

  /** Absent while nothing was written. */
  get epoch(): WriteEpoch | undefined {
    return this.#epoch;
  }

  /** Throws `unavailable` when writes before may be lost: the upload has to be made again. */
  note(epoch: WriteEpoch): void {
    this.#epoch ??= epoch;
    if (this.#epoch !== epoch)
      throw new StorageError('unavailable', 'the volume may have lost what was written before');
  }
}
