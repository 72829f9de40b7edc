import { Worker } from 'node:worker_threads';
import { StorageError } from '@polynas/core/spi';
import type { BatchReply, BatchRequest } from './batch-messages.ts';

/** The program of the threads, compiled or not as this file is. */
const program = import.meta.url.endsWith('.ts')
  ? new URL('./batch-thread.ts', import.meta.url)
  : new URL('./batch-thread.js', import.meta.url);

/** One batch thread as the event loop sees it: does one thing at a time. */
export class BatchWorker {
  readonly #worker: Worker;
  #waiting: PromiseWithResolvers<BatchReply> | undefined;
  #lost: StorageError | undefined;

  constructor() {
    this.#worker = new Worker(program, { name: 'cephfs batches' });
    this.#worker.unref();
    this.#worker.on('message', (reply: BatchReply) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      this.#worker.unref();
      waiting?.resolve(reply);
    });
    this.#worker.on('messageerror', (error) => this.#lose(error));
    this.#worker.on('error', (error) => this.#lose(error));
    this.#worker.on('exit', (code) => this.#lose(new Error(`a batch thread ended with ${code}`)));
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Only while nothing else is asked. Rejected when the thread ends before it has answered. */
  ask(request: BatchRequest): Promise<BatchReply> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const waiting = Promise.withResolvers<BatchReply>();
    this.#waiting = waiting;
    // Who waits for an answer keeps the process alive, as with any call; an idle thread does not.
    this.#worker.ref();
    this.#worker.postMessage(request);
    return waiting.promise;
  }

  #lose(cause: unknown): void {
    this.#lost ??= new StorageError('unavailable', 'a thread for calls of libcephfs ended', { cause });
    this.#waiting?.reject(this.#lost);
    this.#waiting = undefined;
  }
}
