import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@polynas/core/wire';

/** What is read and thrown away of a body that nobody wanted, so that the client gets to read the answer. */
const maximumBytes = 1024 * 1024;
const maximumMilliseconds = 2000;

/**
 * Ends an exchange whose request body was not read to its end. Closing at once would reset the connection under a client
 * that still writes, and the answer would be lost on the way; reading on without bound would let an unauthorised
 * client send for ever. So: read a little, then cut.
 */
export function linger(request: IncomingMessage, response: ServerResponse, clock: Clock): Promise<void> {
  if (request.complete || request.destroyed) {
    request.resume();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    let discarded = 0;
    const finish = (): void => {
      timer.cancel();
      request.off('data', onData).off('end', finish).off('close', finish);
      if (!request.complete) (response.socket ?? request.socket).destroy();
      resolve();
    };
    const onData = (chunk: Uint8Array): void => {
      discarded += chunk.length;
      if (discarded > maximumBytes) finish();
    };
    const timer = clock.after(maximumMilliseconds, finish);
    request.on('data', onData).on('end', finish).on('close', finish);
    request.resume();
  });
}
