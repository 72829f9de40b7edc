import type { IncomingMessage } from 'node:http';
import type { Place } from './admission.ts';
import type { Clock } from '@polynas/core/wire';
import { HttpFault } from './fault.ts';

export interface ReadRequestOptions {
  /** Called once, before the first byte is asked for: the place of `100 Continue`. */
  readonly onFirstRead: () => void;
  /** Milliseconds without a byte from the client after which the request fails with `timedOut`. */
  readonly idleTimeout: number;
  /**
   * Bytes a second that the client sends at least while it is waited for; judged over `idleTimeout` of waiting. Without it,
   * one byte now and then would keep an upload open for ever.
   */
  readonly minimumRate: number;
  readonly clock: Clock;
  /** Given back while the client is waited for. */
  readonly place: Pick<Place, 'release' | 'resume'>;
}

/**
 * The body of a request, pulled from the socket. `node:stream`'s own iterator would destroy the socket when left early
 * and joins buffers when it is behind; here the stream is paused after each buffer, which is handed on as it came.
 */
export async function* readRequest(request: IncomingMessage, options: ReadRequestOptions): AsyncGenerator<Uint8Array> {
  options.onFirstRead();
  const queue: Uint8Array[] = [];
  let ended = request.readableEnded;
  let failed = request.destroyed && !ended;
  let wake: (() => void) | undefined;
  const onData = (chunk: Uint8Array): void => {
    queue.push(chunk);
    request.pause();
    wake?.();
  };
  const onEnd = (): void => {
    ended = true;
    wake?.();
  };
  const onFailure = (): void => {
    failed = true;
    wake?.();
  };
  request.on('data', onData).on('end', onEnd).on('error', onFailure).on('close', onFailure);
  const pace = new Pace(options);
  try {
    for (;;) {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        pace.received += chunk.length;
        yield chunk;
        continue;
      }
      if (ended) return;
      if (failed) throw new HttpFault('incompleteBody');
      const waiting = new Promise<boolean>((resolve) => {
        const timer = options.clock.after(options.idleTimeout, () => resolve(false));
        wake = () => {
          timer.cancel();
          resolve(true);
        };
      });
      const since = options.clock.monotonic();
      options.place.release();
      request.resume();
      if (!(await waiting)) throw new HttpFault('timedOut');
      wake = undefined;
      pace.waited(options.clock.monotonic() - since);
      const resumed = options.place.resume();
      if (resumed !== undefined) await resumed;
    }
  } finally {
    request.pause();
    request.off('data', onData).off('end', onEnd).off('close', onFailure);
    // The error listener stays: a reset after we stopped reading must not be an uncaught 'error' event.
  }
}

/** Watches the average rate of a client, of which only the time that was spent waiting for it counts. */
class Pace {
  received = 0;
  readonly #options: Pick<ReadRequestOptions, 'idleTimeout' | 'minimumRate'>;
  #milliseconds = 0;

  constructor(options: Pick<ReadRequestOptions, 'idleTimeout' | 'minimumRate'>) {
    this.#options = options;
  }

  /** Throws `timedOut` when the client was too slow. */
  waited(milliseconds: number): void {
    const { idleTimeout, minimumRate } = this.#options;
    this.#milliseconds += milliseconds;
    if (this.#milliseconds < idleTimeout) return;
    if (this.received < (minimumRate * this.#milliseconds) / 1000) throw new HttpFault('timedOut');
    this.received = 0;
    this.#milliseconds = 0;
  }
}
