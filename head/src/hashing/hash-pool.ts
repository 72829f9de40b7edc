import type { ContentHash, ContentHasher, RunningHash } from '@polynas/core';
import { inlineHasher, littleContent } from '@polynas/core';
import { HashWorker } from './hash-worker.ts';
import { SharedMemory } from './shared-memory.ts';

export interface HashPoolOptions {
  /** At most so many threads, each started when the others have something to do. */
  readonly threads: number;
  /** Hears why a thread ended that should not have. */
  readonly report: (error: unknown) => void;
}

/** Bytes that are copied for a thread at a time. */
const copiedBytes = 262_144;

/** How many threads a machine is given: one core is the event loop's, and two threads hash what one loop can receive. */
export function hashThreads(cores: number): number {
  return Math.max(1, Math.min(2, cores - 1));
}

/**
 * Hashes large contents in threads, little ones where they are. A thread that ends takes its hashes along: they reject,
 * and the next one finds a new thread.
 */
export class HashPool implements ContentHasher {
  readonly #options: HashPoolOptions;
  readonly #memory = new SharedMemory();
  readonly #workers = new Set<HashWorker>();
  #lastId = 0;
  #closed = false;
  /** A thread ended before it had answered anything: others would as well. */
  #useless = false;

  constructor(options: HashPoolOptions) {
    this.#options = options;
  }

  /** Threads that run now. */
  get threads(): readonly HashWorker[] {
    return [...this.#workers];
  }

  takeMemory(length: number): Uint8Array {
    return this.#memory.take(length);
  }

  giveBackMemory(memory: Uint8Array): void {
    this.#memory.giveBack(memory);
  }

  start(algorithm: ContentHash, bytes: number): RunningHash {
    if (bytes <= littleContent || this.#closed || this.#useless) return inlineHasher.start(algorithm, bytes);
    try {
      this.#lastId += 1;
      return new ThreadHash(this.#worker(), algorithm, this.#lastId);
    } catch (error) {
      // No thread can be made here at all.
      this.#useless = true;
      this.#options.report(error);
      return inlineHasher.start(algorithm, bytes);
    }
  }

  /** Ends the threads. Hashes that still run reject; core has to be closed before. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.threads.map((worker) => worker.end()));
  }

  /** The one with the fewest hashes. */
  #worker(): HashWorker {
    let best: HashWorker | undefined = undefined;
    for (const worker of this.#workers) {
      if (!worker.isLost && (best === undefined || worker.hashes < best.hashes)) best = worker;
    }
    if (best !== undefined && (best.hashes === 0 || this.#workers.size >= this.#options.threads)) return best;
    const started = new HashWorker((worker, reason) => {
      this.#workers.delete(worker);
      if (this.#closed) return;
      this.#useless ||= !worker.hasAnswered;
      this.#options.report(reason);
    });
    this.#workers.add(started);
    return started;
  }
}

class ThreadHash implements RunningHash {
  readonly #worker: HashWorker;
  readonly #hash: ContentHash;
  readonly #id: number;
  #ended = false;

  constructor(worker: HashWorker, hash: ContentHash, id: number) {
    this.#worker = worker;
    this.#hash = hash;
    this.#id = id;
    worker.hashes += 1;
  }

  update(bytes: Uint8Array): Promise<void> {
    return bytes.buffer instanceof SharedArrayBuffer
      ? this.#send(bytes.buffer, bytes.byteOffset, bytes.length)
      : this.#copy(bytes);
  }

  async digest(): Promise<Uint8Array> {
    try {
      const digest = await this.#worker.ask({ ask: 'digest', id: this.#id, hash: this.#hash });
      return digest!;
    } finally {
      this.#end();
    }
  }

  abandon(): void {
    if (this.#end()) this.#worker.abandon(this.#id);
  }

  async #send(memory: ArrayBuffer | SharedArrayBuffer, offset: number, length: number): Promise<void> {
    await this.#worker.ask({ ask: 'update', id: this.#id, hash: this.#hash, memory, offset, length });
  }

  /** What a thread cannot see is sent there a piece at a time. */
  async #copy(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += copiedBytes) {
      const { buffer, length } = new Uint8Array(bytes.subarray(at, at + copiedBytes));
      await this.#send(buffer, 0, length);
    }
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#worker.hashes -= 1;
    return true;
  }
}
