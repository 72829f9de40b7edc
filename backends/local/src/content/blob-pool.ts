import { join } from 'node:path';
import { numberKey } from '../format/keys.ts';
import { encodeNumber } from '../format/rows.ts';
import { storageErrorOf } from '../host/errors.ts';
import type { Committer } from '../tree/committer.ts';
import type { Tables } from '../tree/environment.ts';
import type { Health } from '../tree/health.ts';
import type { BlobStore } from './blob-store.ts';
import { blobDirectoryOf } from './blob-path.ts';

const batchSize = 16;
const refillBelow = 4;

interface Batch {
  readonly first: number;
  left: number;
}

/**
 * Empty blobs that are ready to be published: made ahead in batches, their directory synced once for all of them. A durable intent row
 * names the ids of a batch until each is published or gone, so that a crash leaves no host file that nobody knows.
 */
export class BlobPool {
  readonly #store: BlobStore;
  readonly #tables: Tables;
  readonly #committer: Committer;
  readonly #health: Health;
  readonly #ready: number[] = [];
  readonly #batches = new Map<number, Batch>();
  readonly #finished: number[] = [];
  readonly #directories = new Set<string>();
  #filling: Promise<void> | undefined;

  constructor(store: BlobStore, tables: Tables, committer: Committer, health: Health) {
    this.#store = store;
    this.#tables = tables;
    this.#committer = committer;
    this.#health = health;
  }

  /** An empty blob that only the caller knows. */
  async take(): Promise<number> {
    for (;;) {
      const id = this.#ready.shift();
      if (id !== undefined) {
        // What a background refill could not do, the next caller that needs it will be told.
        if (this.#ready.length < refillBelow) this.#fill().catch(() => undefined);
        return id;
      }
      await this.#fill();
    }
  }

  /** The blob has a row in `blobs` now. */
  published(id: number): void {
    this.#leave(id);
  }

  /** The blob will not be published after all. */
  async abandon(id: number): Promise<void> {
    await this.#store.discard(id);
    this.#leave(id);
  }

  /** Resolves when no blobs are being made. */
  async idle(): Promise<void> {
    // Whoever asked for them has been told what went wrong.
    await this.#filling?.catch(() => undefined);
  }

  /** Removes what is left, for an orderly end. */
  async drain(): Promise<void> {
    await this.idle();
    for (const id of this.#ready.splice(0)) await this.abandon(id);
    await this.#committer.mutate((transaction) => {
      transaction.frees();
      for (const first of this.#finished.splice(0)) transaction.remove(this.#tables.intents, numberKey(first));
    });
  }

  #leave(id: number): void {
    const batch = this.#batches.get(id);
    if (batch === undefined) return;
    this.#batches.delete(id);
    batch.left -= 1;
    if (batch.left === 0) this.#finished.push(batch.first);
  }

  #fill(): Promise<void> {
    this.#filling ??= this.#makeBatch().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #makeBatch(): Promise<void> {
    const finished = this.#finished.splice(0);
    const ids = await this.#committer.mutate((transaction) => {
      const taken = Array.from({ length: batchSize }, () => transaction.number('blobs'));
      transaction.put(this.#tables.intents, numberKey(taken[0] ?? 0), encodeNumber((taken.at(-1) ?? 0) + 1));
      for (const first of finished) transaction.remove(this.#tables.intents, numberKey(first));
      transaction.afterFailure(() => this.#finished.push(...finished));
      return taken;
    });
    try {
      const directories = [...new Set(ids.map(blobDirectoryOf))];
      for (const directory of directories) await this.#makeDirectory(directory);
      for (const id of ids) await this.#store.create(id);
      for (const directory of directories) await this.#syncDirectory(join(this.#store.directory, directory));
    } catch (error) {
      // What cannot be unlinked now is named by the intent row, which stays.
      for (const id of ids) await this.#store.discard(id).catch(() => undefined);
      throw storageErrorOf(error, 'making blobs');
    }
    const batch: Batch = { first: ids[0] ?? 0, left: ids.length };
    for (const id of ids) this.#batches.set(id, batch);
    this.#ready.push(...ids);
  }

  async #makeDirectory(directory: string): Promise<void> {
    if (this.#directories.has(directory)) return;
    await this.#store.host.makeDirectory(join(this.#store.directory, directory));
    await this.#syncDirectory(this.#store.directory);
    this.#directories.add(directory);
  }

  /** What a failed sync has lost, a later one may not tell. */
  async #syncDirectory(path: string): Promise<void> {
    try {
      await this.#store.host.syncDirectory(path);
    } catch (error) {
      this.#health.fail('a sync of a directory of content failed', error);
      throw error;
    }
  }
}
