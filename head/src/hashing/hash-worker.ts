import { StorageError } from '@polynas/core/spi';
import { Worker } from 'node:worker_threads';
import type { HashReply, HashRequest } from './hash-messages.ts';

/** The program of the threads, compiled or not as this file is. */
const program = import.meta.url.endsWith('.ts')
  ? new URL('./hash-thread.ts', import.meta.url)
  : new URL('./hash-thread.js', import.meta.url);

/** One hashing thread as the event loop sees it. */
export class HashWorker {
  /** Hashes that it has. */
  hashes = 0;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array | undefined>>();
  readonly #ended = Promise.withResolvers<void>();
  #lost: StorageError | undefined = undefined;
  #hasAnswered = false;

  /** `onEnd` is called once, with why, however it ends. */
  constructor(onEnd: (worker: HashWorker, reason: unknown) => void) {
    this.#worker = new Worker(program, { name: 'hashing' });
    this.#worker.unref();
    let reason: unknown = undefined;
    this.#worker.on('message', ({ id, digest }: HashReply) => {
      this.#hasAnswered = true;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      waiting?.resolve(digest);
    });
    const fail = (error: unknown): void => {
      reason ??= error;
      this.#lose(error);
      void this.#worker.terminate();
    };
    this.#worker.on('messageerror', fail);
    this.#worker.on('error', fail);
    this.#worker.on('exit', (code) => {
      reason ??= new Error(`a hashing thread ended with ${code}`);
      this.#lose(reason);
      onEnd(this, reason);
      this.#ended.resolve();
    });
  }

  /** For tests of what its end does. */
  get threadId(): number {
    return this.#worker.threadId;
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** The digest, if that was asked for. Memory that is not shared goes to the thread. Rejects when the thread ends before it answers. */
  ask(request: Exclude<HashRequest, { ask: 'abandon' }>): Promise<Uint8Array | undefined> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    if (this.#waiting.has(request.id)) return Promise.reject(new Error('a hash is asked before it has answered'));
    const waiting = Promise.withResolvers<Uint8Array | undefined>();
    this.#waiting.set(request.id, waiting);
    const owned = request.ask === 'update' && request.memory instanceof ArrayBuffer ? [request.memory] : [];
    this.#worker.postMessage(request, owned);
    return waiting.promise;
  }

  abandon(id: number): void {
    if (this.#lost === undefined) this.#worker.postMessage({ ask: 'abandon', id } satisfies HashRequest);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    await this.#ended.promise;
  }

  #lose(cause: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = new StorageError('unavailable', 'a hashing thread ended', { cause });
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }
}
