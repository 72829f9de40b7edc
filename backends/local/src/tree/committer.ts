import { StorageError } from '@polynas/core/spi';
import type { RootDatabase } from 'lmdb';
import type { LiveFiles } from '../content/live-file.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import type { Tables } from './environment.ts';
import type { Health } from './health.ts';
import type { Inodes } from './inodes.ts';
import { Transaction } from './transaction.ts';

/** Told of each step that matters for order; tests record it. */
export interface CommitObserver {
  /** The mutation's writes are about to become part of a commit. */
  committing?(transaction: Transaction): void;
  /** They are on stable storage. */
  committed?(transaction: Transaction): void;
}

const noSpaceNumbers = new Set([28 /* ENOSPC */, 122 /* EDQUOT */, -30792 /* MDB_MAP_FULL */]);

/**
 * Runs mutations. Each is one synchronous callback in LMDB's batched asynchronous transaction; the promise that comes back is
 * settled after the batch's sync, and is the only acknowledgement there is.
 */
export class Committer {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #tables: Tables;
  readonly #files: LiveFiles;
  readonly #inodes: Inodes;
  readonly #counters: Counters;
  readonly #health: Health;
  readonly #clock: Clock;
  readonly #observer: CommitObserver | undefined;
  /** The last commit that has something in it; a mutation that found nothing to write relies on it. */
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;
  #drained: (() => void)[] = [];

  constructor(parts: {
    root: RootDatabase<Uint8Array, Uint8Array>;
    tables: Tables;
    files: LiveFiles;
    inodes: Inodes;
    counters: Counters;
    health: Health;
    clock: Clock;
    observer?: CommitObserver | undefined;
  }) {
    this.#root = parts.root;
    this.#tables = parts.tables;
    this.#files = parts.files;
    this.#inodes = parts.inodes;
    this.#counters = parts.counters;
    this.#health = parts.health;
    this.#clock = parts.clock;
    this.#observer = parts.observer;
  }

  /** Resolves when what `work` did is on stable storage, and also whatever `work` may have seen of earlier mutations. */
  async mutate<T>(work: (transaction: Transaction) => T): Promise<T> {
    this.#health.assertWorking();
    this.#running += 1;
    try {
      return await this.#run(work);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const drained of this.#drained.splice(0)) drained();
    }
  }

  async drain(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  async #run<T>(work: (transaction: Transaction) => T): Promise<T> {
    let transaction: Transaction | undefined;
    let earlier: Promise<unknown> = this.#last;
    const commit: Promise<T> = this.#root.transaction(() => {
      this.#health.assertWorking();
      const started = new Transaction(this.#tables, this.#files, this.#counters, this.#clock.now());
      const result = work(started);
      earlier = this.#last;
      if (started.wrote) {
        transaction = started;
        this.#observer?.committing?.(started);
        for (const id of started.touched()) this.#inodes.changing(id);
        this.#last = commit.catch(() => undefined);
        this.#store(started);
      }
      return result;
    });
    try {
      const result = await commit;
      if (transaction === undefined) await earlier;
      else this.#settle(transaction, true);
      this.#health.assertNotFailed();
      return result;
    } catch (error) {
      if (transaction === undefined && error instanceof StorageError) throw error;
      throw await this.#failure(error, transaction);
    }
  }

  #store(transaction: Transaction): void {
    try {
      transaction.apply();
    } catch (cause) {
      // Some of its rows may be in the batch and cannot be taken back.
      this.#health.fail('a mutation could not be stored as a whole', cause);
      throw new StorageError('unavailable', 'the tree could not be written', { cause });
    }
  }

  #settle(transaction: Transaction, committed: boolean): void {
    for (const id of transaction.touched()) this.#inodes.settled(id);
    if (committed) {
      this.#counters.committed(transaction.limits);
      this.#observer?.committed?.(transaction);
    }
    transaction.settle(committed);
  }

  /** A commit without space left nothing behind; any other failure is final for this life of the volume. */
  async #failure(error: unknown, transaction: Transaction | undefined): Promise<StorageError> {
    const cause = await causeOf(error);
    if (error instanceof StorageError) {
      if (transaction !== undefined) this.#settle(transaction, false);
      return error;
    }
    if (transaction === undefined && !isCommitError(error)) {
      return new StorageError('io', 'a mutation failed before it wrote anything', { cause });
    }
    if (noSpaceNumbers.has(numberOfError(cause)) && !this.#isVisible(transaction)) {
      this.#counters.rolledBack();
      if (transaction !== undefined) this.#settle(transaction, false);
      return new StorageError('noSpace', 'no space for the tree', { cause });
    }
    if (transaction !== undefined) this.#settle(transaction, false);
    this.#health.fail('a commit of the tree failed', cause);
    return new StorageError('unavailable', 'a commit of the tree failed', { cause });
  }

  #isVisible(transaction: Transaction | undefined): boolean {
    const witness = transaction?.witness;
    if (witness?.value === undefined) return witness !== undefined && !witness.table.has(witness.key);
    const stored = witness.table.get(witness.key);
    return stored !== undefined && Buffer.compare(stored, witness.value) === 0;
  }
}

function isCommitError(error: unknown): error is { commitError: Promise<never> } {
  return typeof error === 'object' && error !== null && 'commitError' in error;
}

/** lmdb rejects with an error that promises the real one. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!isCommitError(error)) return error;
  try {
    return await error.commitError;
  } catch (cause) {
    return cause;
  }
}

function numberOfError(cause: unknown): number {
  if (typeof cause !== 'object' || cause === null) return 0;
  if ('code' in cause && typeof cause.code === 'number') return cause.code;
  if ('code' in cause && cause.code === 'ENOSPC') return 28;
  if ('code' in cause && cause.code === 'EDQUOT') return 122;
  const message = 'message' in cause && typeof cause.message === 'string' ? cause.message : '';
  if (message.includes('No space left')) return 28;
  if (message.includes('quota exceeded')) return 122;
  return message.includes('MDB_MAP_FULL') ? -30792 : 0;
}
