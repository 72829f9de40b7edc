import { StorageError } from '@polynas/core/spi';
import type { Capacity, VolumeStatus, WriteEpoch } from '@polynas/core/spi';
import { BehaviorSubject } from 'rxjs';
import type { Observable } from 'rxjs';

const unknownCapacity: Capacity = { totalBytes: 0, freeBytes: 0, availableBytes: 0, totalFiles: 0, freeFiles: 0 };

/**
 * Whether the volume serves. A failed sync is final: the host may have dropped the bytes and call the next sync a success,
 * so from then on nothing is acknowledged, and the write epoch is another one.
 */
export class Health {
  readonly #status: BehaviorSubject<VolumeStatus>;
  #epoch: WriteEpoch;
  #closed = false;
  #failure: StorageError | undefined;
  readonly #onFailure: (reason: string) => void;

  constructor(epoch: WriteEpoch, onFailure: (reason: string) => void) {
    this.#epoch = epoch;
    this.#onFailure = onFailure;
    this.#status = new BehaviorSubject<VolumeStatus>({
      health: 'healthy',
      copies: { present: 1, wanted: 1 },
      bytesToHeal: 0,
      capacity: unknownCapacity,
      epoch,
    });
  }

  get epoch(): WriteEpoch {
    return this.#epoch;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  status(): Observable<VolumeStatus> {
    return this.#status.asObservable();
  }

  /** The volume has failed or is closed: calls of the outside are refused. */
  assertServing(): void {
    if (this.#closed) throw new StorageError('unavailable', 'the volume is closed');
    this.assertNotFailed();
  }

  assertNotFailed(): void {
    if (this.#failure !== undefined)
      throw new StorageError('unavailable', this.#failure.message, { cause: this.#failure });
  }

  fail(reason: string, cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = new StorageError('unavailable', `${reason}; the volume must be opened again`, { cause });
    this.#epoch += 1n;
    this.#status.next({ ...this.#status.value, health: 'unavailable', reason, epoch: this.#epoch });
    this.#onFailure(reason);
  }

  /** What goes wrong takes nothing away from anybody, and will be tried again. `undefined`: it went well this time. */
  degraded(reason: string | undefined): void {
    if (this.#closed || this.failed) return;
    const { reason: former, ...status } = this.#status.value;
    if (former === reason) return;
    if (reason === undefined) this.#status.next({ ...status, health: 'healthy' });
    else this.#status.next({ ...status, health: 'degraded', reason });
  }

  capacity(capacity: Capacity): void {
    if (this.#closed) return;
    this.#status.next({ ...this.#status.value, capacity });
  }

  stopServing(): void {
    this.#closed = true;
  }

  complete(): void {
    this.#status.complete();
  }
}
