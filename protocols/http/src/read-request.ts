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
 * and joins buffers when it is behind; here each buffer is handed on as it came. The stream is paused when one comes that nobody waits for, so
 * one waits at most: to pause and resume it for each buffer would cost as much as to read it.
 */
export async function* readRequest(request: IncomingMessage, options: ReadRequestOptions): AsyncGenerator<Uint8Array> {
  options.onFirstRead();
  const queue: Uint8Array[] = [];
  let ended = request.readableEnded;
  let failed = request.destroyed && !ended;
  const patience = new Patience(options);
  let paused = true;
  const onData = (chunk: Uint8Array): void => {
    queue.push(chunk);
    if (patience.came()) return;
    paused = true;
    request.pause();
  };
  const onEnd = (): void => {
    ended = true;
    patience.came();
  };
  const onFailure = (): void => {
    failed = true;
    patience.came();
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
      const waiting = patience.wait();
      const since = options.clock.monotonic();
      options.place.release();
      if (paused) {
        paused = false;
        request.resume();
      }
      if (!(await waiting)) throw new HttpFault('timedOut');
      pace.waited(options.clock.monotonic() - since);
      const resumed = options.place.resume();
      if (resumed !== undefined) await resumed;
    }
  } finally {
    patience.end();
    request.pause();
    request.off('data', onData).off('end', onEnd).off('close', onFailure);
    // The error listener stays: a reset after we stopped reading must not be an uncaught 'error' event.
  }
}

/** Waits for the client, but not for ever. One timer runs through many waits, as most are far shorter than it takes to set one. */
class Patience {
  readonly #options: Pick<ReadRequestOptions, 'idleTimeout' | 'clock'>;
  #settle: ((came: boolean) => void) | undefined = undefined;
  #since = 0;
  #timer: { cancel(): void } | undefined = undefined;

  constructor(options: Pick<ReadRequestOptions, 'idleTimeout' | 'clock'>) {
    this.#options = options;
  }

  /** True when something came, false when nothing did for `idleTimeout`. One wait at a time. */
  wait(): Promise<boolean> {
    const { clock, idleTimeout } = this.#options;
    this.#since = clock.monotonic();
    this.#timer ??= clock.after(idleTimeout, () => this.#look());
    return new Promise((resolve) => (this.#settle = resolve));
  }

  /** Something came; false when nobody waits for it. */
  came(): boolean {
    return this.#end(true);
  }

  end(): void {
    this.#timer?.cancel();
  }

  #end(came: boolean): boolean {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(came);
    return settle !== undefined;
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#settle === undefined) return;
    const { clock, idleTimeout } = this.#options;
    const left = this.#since + idleTimeout - clock.monotonic();
    if (left <= 0) this.#end(false);
    else this.#timer = clock.after(left, () => this.#look());
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
