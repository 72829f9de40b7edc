import { Worker } from 'node:worker_threads';
import { StorageError } from '@polynas/core/spi';
import { CephError } from '../native/ceph-error.ts';
import type { ClusterAccess, ClusterAnswer, ClusterQuestion } from './cluster-messages.ts';

/** The program of the thread, compiled or not as this file is. */
const program = import.meta.url.endsWith('.ts')
  ? new URL('./cluster-thread.ts', import.meta.url)
  : new URL('./cluster-thread.js', import.meta.url);

/** The thread that asks the monitors, as the event loop sees it. It never keeps the process alive. */
export class ClusterWorker {
  readonly #worker: Worker;
  #waiting: PromiseWithResolvers<ClusterAnswer> | undefined;
  #lost: Error | undefined;

  constructor(access: ClusterAccess) {
    this.#worker = new Worker(program, { name: 'ceph status', workerData: access });
    this.#worker.unref();
    this.#worker.on('message', (answer: ClusterAnswer) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(answer);
    });
    this.#worker.on('error', (error) => this.#lose(error));
    this.#worker.on('exit', () => this.#lose(new Error('the status thread has ended')));
  }

  /** What each command printed, or why there is nothing of it. One question at a time. Rejected when the monitors do not answer. */
  async ask(commands: readonly string[]): Promise<readonly (string | CephError)[]> {
    if (this.#lost !== undefined) throw this.#lost;
    const waiting = Promise.withResolvers<ClusterAnswer>();
    this.#waiting = waiting;
    this.#worker.postMessage({ commands } satisfies ClusterQuestion);
    const answer = await waiting.promise;
    if ('missing' in answer) throw new StorageError('notSupported', answer.missing);
    if ('errno' in answer) throw new CephError(answer.errno, answer.call);
    return answer.answers.map((one) => (typeof one === 'string' ? one : new CephError(one, 'rados_mon_command')));
  }

  /** Not waited for: a thread that hangs ends with the process. */
  end(): void {
    this.#worker.postMessage('end');
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    this.#waiting?.reject(this.#lost);
    this.#waiting = undefined;
  }
}
