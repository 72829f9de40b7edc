import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { S3Error } from '../errors.ts';

export interface ReadRequestOptions {
  /** Called once, before the first byte is asked for: the place of `100 Continue`. */
  readonly onFirstRead: () => void;
  /** Milliseconds without a byte from the client after which the request fails with `RequestTimeout`. */
  readonly idleTimeout: number;
  readonly clock: Clock;
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
  try {
    for (;;) {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (ended) return;
      if (failed) throw new S3Error('IncompleteBody');
      const waiting = new Promise<boolean>((resolve) => {
        const timer = options.clock.after(options.idleTimeout, () => resolve(false));
        wake = () => {
          timer.cancel();
          resolve(true);
        };
      });
      request.resume();
      if (!(await waiting)) throw new S3Error('RequestTimeout');
      wake = undefined;
    }
  } finally {
    request.pause();
    request.off('data', onData).off('end', onEnd).off('close', onFailure);
    // The error listener stays: a reset after we stopped reading must not be an uncaught 'error' event.
  }
}
