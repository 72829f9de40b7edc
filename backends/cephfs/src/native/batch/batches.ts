import type { Call } from '@polynas/core/spi';
import { Gate } from '../gate.ts';
import type { Lane } from '../gate.ts';
import type { BatchReply, BatchRequest } from './batch-messages.ts';
import { BatchWorker } from './batch-worker.ts';

/** Threads for batches at most: each is made when all others are busy. */
const batchThreads = 6;

/** One for the process; a volume has a lane, so that one whose cluster hangs leaves threads to others. */
export const batchGate = new Gate(batchThreads);

/** The one that was busy last first: its memory is warm. */
const idle: BatchWorker[] = [];

/** What one client asks of the process's batch threads. */
export class Batches {
  readonly #lane: Lane;
  #running = 0;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  get running(): number {
    return this.#running;
  }

  /**
   * `within` bounds the wait for a thread only: what is under way uses pointers, which their owner keeps until it has settled. A request that is a function is asked for
   * when there is a thread, in this turn where there is one now.
   */
  ask(request: BatchRequest | (() => BatchRequest), within?: Call): Promise<BatchReply> {
    this.#running += 1;
    return new Promise<BatchReply>((resolve, reject) => {
      const issue = (): void => {
        this.#run(typeof request === 'function' ? request() : request).then(resolve, reject);
      };
      this.#lane.enter(issue, reject, within);
    }).finally(() => {
      this.#running -= 1;
    });
  }

  async #run(request: BatchRequest): Promise<BatchReply> {
    const worker = idle.pop() ?? new BatchWorker();
    try {
      return await worker.ask(request);
    } finally {
      if (!worker.isLost) idle.push(worker);
      this.#lane.leave();
    }
  }
}
