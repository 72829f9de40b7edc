import { StorageError } from '@polynas/core/spi';
import type { Call } from '@polynas/core/spi';
import { longestTimer } from '../longest-timer.ts';

/** Whether a volume is open, and which calls run: `end` waits for them. */
export class Life {
  #running = 0;
  #closed = false;
  #idle: (() => void) | undefined;

  get closed(): boolean {
    return this.#closed;
  }

  /** A call runs. */
  get busy(): boolean {
    return this.#running > 0;
  }

  expectOpen(): void {
    if (this.#closed) throw new StorageError('unavailable', 'the volume is closed');
  }

  /** Runs a call to its end, however long its caller is interested. For calls that use the caller's buffers. */
  async run<Result>(call: Call, step: () => Promise<Result>): Promise<Result> {
    this.expectOpen();
    expectWanted(call);
    this.#running += 1;
    try {
      return await step();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  /** The same, but rejected as soon as nobody wants the answer (`aborted`, `timedOut`); what runs goes on to its end underneath. */
  runWhileWanted<Result>(call: Call, step: () => Promise<Result>): Promise<Result> {
    const running = this.run(call, step);
    if (call.signal === undefined && call.deadline === undefined) return running;
    return whileWanted(call, running);
  }

  /** No call begins from now on; resolves when none runs. */
  async end(): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }
}

function expectWanted({ signal, deadline }: Call): void {
  if (signal?.aborted === true) throw aborted(signal);
  if (deadline !== undefined && deadline <= performance.now()) throw new StorageError('timedOut');
}

function aborted(signal: AbortSignal): StorageError {
  return new StorageError('aborted', undefined, { cause: signal.reason });
}

function whileWanted<Result>({ signal, deadline }: Call, running: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => finish(() => reject(aborted(signal as AbortSignal)));
    const left = deadline === undefined ? Infinity : Math.max(0, deadline - performance.now());
    const timer =
      left > longestTimer ? undefined : setTimeout(() => finish(() => reject(new StorageError('timedOut'))), left);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abandon);
      settle();
    };
    signal?.addEventListener('abort', abandon);
    running.then(
      (result) => finish(() => resolve(result)),
      (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
}
