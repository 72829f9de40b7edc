import type { Call } from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import type { Clock } from '../clock.ts';

/** Waits for a promise as long as the caller is interested: `aborted` by its signal, `timedOut` at its deadline. */
export async function waitFor<T>(clock: Clock, call: Call, settled: Promise<T>): Promise<T> {
  const { signal, deadline } = call;
  if (signal?.aborted) throw new StorageError('aborted');
  if (signal === undefined && deadline === undefined) return settled;
  let stop: () => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(new StorageError('aborted'));
    signal?.addEventListener('abort', abort, { once: true });
    const timer =
      deadline === undefined
        ? undefined
        : clock.after(Math.max(0, deadline - clock.monotonic()), () => reject(new StorageError('timedOut')));
    stop = () => {
      signal?.removeEventListener('abort', abort);
      timer?.cancel();
    };
  });
  try {
    return await Promise.race([settled, ended]);
  } finally {
    stop();
  }
}
