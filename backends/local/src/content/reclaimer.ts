import { dirname } from 'node:path';
import { isStorageError } from '@polynas/core/spi';
import { pairKey, firstOf, numberKey } from '../format/keys.ts';
import { decodeFreeContent } from '../format/rows.ts';
import type { Committer } from '../tree/committer.ts';
import type { Tables } from '../tree/environment.ts';
import type { Health } from '../tree/health.ts';
import type { BlobStore } from './blob-store.ts';
import { extentStep, extentsPerStep, freeBlob, ReferenceChanges } from './references.ts';

const blobsPerStep = 128;
const everything = pairKey(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** Takes away, in small steps that a crash may interrupt anywhere, what commits have put into the free tables. */
export class Reclaimer {
  readonly #tables: Tables;
  readonly #committer: Committer;
  readonly #blobs: BlobStore;
  readonly #health: Health;
  #working: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(tables: Tables, committer: Committer, blobs: BlobStore, health: Health) {
    this.#tables = tables;
    this.#committer = committer;
    this.#blobs = blobs;
    this.#health = health;
  }

  /** There may be something to take away. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#again && !this.#stopped) setImmediate(() => this.wake());
    });
  }

  /** Resolves when nothing is left, or it cannot go on. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    this.#again = false;
    try {
      while (!this.#stopped && ((await this.#stepContents()) || (await this.#stepBlobs())));
      this.#health.degraded(undefined);
    } catch (error) {
      // The rows stand, and the next wake or the next life goes on.
      this.#again = false;
      if (this.#health.failed || isStorageError(error, 'noSpace')) return;
      // Nobody waits for this: space that does not come back is told by the status.
      this.#health.degraded(
        `removed content cannot be taken away: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #stepContents(): Promise<boolean> {
    const [row] = this.#tables.freeContents.range(numberKey(0), everything, 1);
    if (row === undefined) return false;
    const content = firstOf(row.key);
    await this.#committer.mutate((transaction) => {
      transaction.frees();
      const view = transaction.tables.freeContents.view(row.key, 8);
      if (view === undefined) return;
      const { blob } = decodeFreeContent(view);
      const extents = extentStep(transaction, content, 0);
      const references = new ReferenceChanges(transaction);
      for (const extent of extents) {
        transaction.remove(transaction.tables.extents, pairKey(content, extent.offset));
        references.add(extent.blob, -1);
      }
      references.store();
      if (extents.length === extentsPerStep) return;
      if (blob !== 0) freeBlob(transaction, blob);
      transaction.remove(transaction.tables.freeContents, row.key);
    });
    return true;
  }

  async #stepBlobs(): Promise<boolean> {
    const rows = this.#tables.freeBlobs.range(numberKey(0), everything, blobsPerStep);
    if (rows.length === 0) return false;
    // The rows can be read before they are durable. Unlinking then could take the content of a file that a power failure brings back.
    await this.#committer.mutate(() => undefined);
    const directories = new Set<string>();
    for (const { key } of rows) {
      const blob = firstOf(key);
      await this.#blobs.discard(blob);
      directories.add(dirname(this.#blobs.path(blob)));
    }
    for (const directory of directories) await this.#syncDirectory(directory);
    await this.#committer.mutate((transaction) => {
      transaction.frees();
      for (const { key } of rows) transaction.remove(transaction.tables.freeBlobs, key);
    });
    return true;
  }

  /** What a failed sync has lost, a later one may not tell. */
  async #syncDirectory(directory: string): Promise<void> {
    try {
      await this.#blobs.host.syncDirectory(directory);
    } catch (error) {
      this.#health.fail('a sync of a directory of content failed', error);
      throw error;
    }
  }
}
