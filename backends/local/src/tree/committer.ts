import { StorageError } from '@polynas/core/spi';
import type { RootDatabase } from 'lmdb';
import type { LiveFiles } from '../content/live-file.ts';
import type { Ballast } from '../host/ballast.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import type { Tables } from './environment.ts';
import type { Health } from './health.ts';
import type { Inodes } from './inodes.ts';
import { freeBytesIn } from './free-pages.ts';
import { Transaction } from './transaction.ts';

/** Told of each step that matters for order; tests record it. */
export interface CommitObserver {
  /** The mutation's writes are about to become part of a commit. */
  committing?(transaction: Transaction): void;
  /** They are on stable storage. */
  committed?(transaction: Transaction): void;
}

const noSpaceNumbers = new Set([28 /* ENOSPC */, 122 /* EDQUOT */, -30792 /* MDB_MAP_FULL */]);
const inputOutputError = 5;

interface Waiting {
  /** Runs the mutation's code; throws what the mutation is to be rejected with. */
  run(transaction: Transaction): void;
  succeed(): void;
  fail(error: unknown): void;
  transaction: Transaction | undefined;
  error: unknown;
}

/** Mutations in one commit, at most: their code runs on the event loop in one go. */
const batchLimit = 256;

/**
 * Runs mutations. Each is one synchronous piece of code in LMDB's asynchronous transaction; the promise that comes back is
 * settled after the commit's sync, and is the only acknowledgement there is.
 *
 * One commit is under way at a time, and takes in all that waits. LMDB itself would begin the next one while the former is being
 * synced; then a second sync can succeed after a first one has lost pages, and declare as safe what is built on them.
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
  readonly #ballast: Ballast | undefined;
  /** Mutations in the next commit, at most: one alone after a batch found no room, since it takes less. */
  #limit = batchLimit;
  /** The ballast is given up, and there is no room for anything but removing. */
  #scarce = false;
  readonly #queue: Waiting[] = [];
  #committing = false;
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
    /** Room for removing; without one, nothing can be removed where nothing can be added. */
    ballast?: Ballast | undefined;
  }) {
    this.#root = parts.root;
    this.#tables = parts.tables;
    this.#files = parts.files;
    this.#inodes = parts.inodes;
    this.#counters = parts.counters;
    this.#health = parts.health;
    this.#clock = parts.clock;
    this.#observer = parts.observer;
    this.#ballast = parts.ballast;
  }

  /** Resolves when what `work` did is on stable storage, and also whatever `work` may have seen of earlier mutations. */
  mutate<T>(work: (transaction: Transaction) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#health.assertNotFailed();
      let result: T;
      this.#queue.push({
        run(transaction) {
          result = work(transaction);
        },
        succeed: () => resolve(result),
        fail: reject,
        transaction: undefined,
        error: undefined,
      });
      void this.#pump();
    });
  }

  /** Before bytes are written beside the tree: rejects with `noSpace` while what room there is is kept for removing. */
  async assertRoom(): Promise<void> {
    if (this.#ballast === undefined || this.#ballast.held) return;
    await this.mutate(() => {
      if (this.#ballast?.held === false) throw noRoom();
    });
  }

  async drain(): Promise<void> {
    while (this.#committing) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  async #pump(): Promise<void> {
    if (this.#committing) return;
    this.#committing = true;
    while (this.#queue.length > 0) await this.#commit();
    this.#committing = false;
    for (const drained of this.#drained.splice(0)) drained();
  }

  async #commit(): Promise<void> {
    let batch: Waiting[] = [];
    try {
      await this.#renew();
      await this.#root.transaction(() => {
        // What came between the call and the beginning of the transaction goes with it.
        batch = this.#queue.splice(0, this.#limit);
        for (const waiting of batch) this.#run(waiting);
      });
      this.#health.assertNotFailed();
    } catch (error) {
      const failure = await this.#failure(error, batch);
      const again = this.#again(failure, batch);
      if (batch.length === 0) batch = this.#queue.splice(0);
      for (const waiting of batch) {
        this.#settle(waiting, false);
        if (again.has(waiting)) continue;
        waiting.fail(waiting.transaction === undefined && waiting.error !== undefined ? waiting.error : failure);
      }
      for (const waiting of again) Object.assign(waiting, { transaction: undefined, error: undefined });
      this.#queue.unshift(...again);
      return;
    }
    this.#limit = Math.min(batchLimit, this.#limit * 2);
    for (const waiting of batch) this.#settle(waiting, true);
    for (const waiting of batch) {
      if (waiting.error === undefined) waiting.succeed();
      else waiting.fail(waiting.error);
    }
  }

  #run(waiting: Waiting): void {
    const transaction = new Transaction(this.#tables, this.#files, this.#counters, this.#clock.now());
    try {
      this.#health.assertNotFailed();
      waiting.run(transaction);
    } catch (error) {
      waiting.error =
        error instanceof StorageError ? error : new StorageError('io', 'a mutation went wrong', { cause: error });
      return;
    }
    if (!transaction.wrote) return;
    if (this.#scarce && !transaction.isFreeing) {
      transaction.settle(false);
      waiting.error = noRoom();
      return;
    }
    waiting.transaction = transaction;
    this.#observer?.committing?.(transaction);
    for (const id of transaction.touched()) this.#inodes.changing(id);
    try {
      transaction.apply();
    } catch (cause) {
      // Some of its rows may be in the commit and cannot be taken back.
      this.#health.fail('a mutation could not be stored as a whole', cause);
    }
  }

  /** While the ballast is given up: makes it again, or finds out whether there is room for more than removing. */
  async #renew(): Promise<void> {
    const ballast = this.#ballast;
    if (ballast === undefined || this.#health.failed) return;
    if (!ballast.held) await ballast.renew();
    // Half of it, on the host or in pages that the tree has free, stays for removing.
    this.#scarce = !ballast.held && ballast.available() + freeBytesIn(this.#root, this.#tables) < ballast.bytes / 2;
  }

  /** What is tried again after a commit without space: what frees some, with the room of the ballast, and then each for itself. */
  #again(failure: StorageError, batch: readonly Waiting[]): Set<Waiting> {
    const freeing = batch.filter(({ transaction }) => transaction?.isFreeing === true);
    if (failure.code !== 'noSpace' || freeing.length === 0) return new Set();
    const given = this.#ballast?.giveUp() === true;
    if (!given && batch.length === 1) return new Set();
    this.#limit = given ? batchLimit : 1;
    return new Set(freeing);
  }

  #settle({ transaction }: Waiting, committed: boolean): void {
    if (transaction === undefined) return;
    for (const id of transaction.touched()) this.#inodes.settled(id);
    if (committed) {
      this.#counters.committed(transaction.limits);
      this.#observer?.committed?.(transaction);
    }
    transaction.settle(committed);
  }

  /** If the commit can be read, it was its sync that failed: it is visible and not safe. LMDB shows a commit when its pages are written, and syncs it then. */
  #isVisible(batch: readonly Waiting[]): boolean {
    // lmdb keeps its read transaction over a failed commit, and that one is older than what is asked for here.
    this.#root.resetReadTxn();
    return batch.some((waiting) => storedBy(waiting));
  }

  /** A commit without space left nothing behind; any other failure is final for this life of the volume. */
  async #failure(error: unknown, batch: readonly Waiting[]): Promise<StorageError> {
    const cause = await causeOf(error);
    if (error instanceof StorageError) return error;
    if (isNoSpace(cause) && !this.#isVisible(batch)) {
      this.#counters.rolledBack();
      return new StorageError('noSpace', 'no space for the tree', { cause });
    }
    this.#health.fail('a commit of the tree failed', cause);
    return new StorageError('unavailable', 'a commit of the tree failed', { cause });
  }
}

function noRoom(): StorageError {
  return new StorageError('noSpace', 'what room is left is kept for removing');
}

function storedBy({ transaction }: Waiting): boolean {
  const witness = transaction?.witness;
  if (witness === undefined) return false;
  const stored = witness.table.get(witness.key);
  if (witness.value === undefined) return stored === undefined;
  return stored !== undefined && Buffer.compare(stored, witness.value) === 0;
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

/**
 * Whether LMDB found no room for the pages of a commit, by its own word: the host may have some again by the time that somebody looks. EIO is what it makes of a write of several
 * pages of which only some found room; where the write itself was refused so, it says that it was attempting to write.
 */
function isNoSpace(cause: unknown): boolean {
  const number = numberOfError(cause);
  return (
    noSpaceNumbers.has(number) || (number === inputOutputError && !messageOf(cause).includes('Attempting to write'))
  );
}

function numberOfError(cause: unknown): number {
  if (typeof cause !== 'object' || cause === null) return 0;
  if ('code' in cause && typeof cause.code === 'number') return cause.code;
  if ('code' in cause && cause.code === 'ENOSPC') return 28;
  if ('code' in cause && cause.code === 'EDQUOT') return 122;
  const message = messageOf(cause);
  if (message.includes('No space left')) return 28;
  if (message.includes('quota exceeded')) return 122;
  return message.includes('MDB_MAP_FULL') ? -30792 : 0;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : '';
}
