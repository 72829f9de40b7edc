import { StorageError } from '@polynas/core/spi';

/** Throws `invalid` unless all are safe integers from 0 on. */
export function assertRange(...numbers: readonly number[]): void {
  for (const number of numbers) {
    if (!Number.isSafeInteger(number) || number < 0)
      throw new StorageError('invalid', `the range ${numbers.join('+')}`);
  }
}

/** Throws `tooLarge` for what would end past the largest file. */
export function assertReach(offset: number, length: number, maxFileSize: number): void {
  if (offset + length > maxFileSize) throw new StorageError('tooLarge');
}

interface Held {
  readonly start: number;
  readonly end: number;
  readonly left: Promise<void>;
}

/**
 * Lets one change at a time into each byte of a file: libcephfs may spread one write over several objects, and give up its lock between them, so
 * that two which overlap would be mixed. What does not overlap goes on at once.
 */
export class RangeGate {
  readonly #held = new Set<Held>();

  async during<T>(start: number, length: number, work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const own = { start, end: start + length, left: promise };
    // Only those who came before are waited for, so nobody waits for each other.
    const before = [...this.#held].filter((other) => other.start < own.end && start < other.end);
    this.#held.add(own);
    try {
      for (const { left } of before) await left;
      return await work();
    } finally {
      this.#held.delete(own);
      resolve();
    }
  }
}
