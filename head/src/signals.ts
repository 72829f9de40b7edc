import type { Logger } from 'pino';

/** Signals closer than this are one: a terminal sends its own to the start script and to this process. */
const oneSignalMilliseconds = 1000;

export interface StopRequest {
  readonly reason: string;
  readonly exitCode: number;
}

/**
 * Resolves at the first SIGTERM, SIGINT or uncaught error. A second signal, a second later or more, ends the process at
 * once (exit code 130): whatever unstable writes had not been synced are lost, as after a crash.
 */
export function stopRequested(logger: Logger, monotonic: () => number): Promise<StopRequest> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (first === undefined) {
        first = monotonic();
        resolve({ reason: signal, exitCode: 0 });
      } else if (monotonic() - first >= oneSignalMilliseconds) {
        logger.warn({ signal }, 'second signal: ending at once');
        process.exit(130);
      }
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    // There when bin/polynas.js started another Node for us (and ends only with it).
    process.once('disconnect', () => {
      first ??= monotonic();
      resolve({ reason: 'the start script ended', exitCode: 0 });
    });
    // No reload: polynas.yaml is read at start only. Without a handler a closed terminal would end the head.
    process.on('SIGHUP', () => logger.info('SIGHUP ignored: the configuration is read at start only'));

    const onFault = (error: unknown, origin: string) => {
      logger.fatal({ err: error, origin }, 'uncaught error: stopping');
      // A fault while stopping must not stop it again.
      if (first !== undefined) process.exitCode = 1;
      first ??= monotonic();
      resolve({ reason: origin, exitCode: 1 });
    };
    process.on('uncaughtException', onFault);
    process.on('unhandledRejection', (error) => onFault(error, 'unhandledRejection'));
  });
}
