import { limitArenas } from '@polynas/backend-cephfs';
import type { Surroundings } from './cli/context.ts';
import type { ExitCode } from './cli/exit-code.ts';
import { exitCode } from './cli/exit-code.ts';
import type { Settings } from './config/settings.ts';
import { HeadError } from './head-error.ts';
import { Lifecycle } from './lifecycle.ts';
import { createLogger } from './log/logger.ts';
import { stopRequested } from './signals.ts';
import { systemClock } from '@polynas/core/wire';
import { version } from './version.ts';
import { startHead } from './wiring/start-head.ts';

/** Starts a head, prints how to connect, and serves until it is told to stop. Resolves to the exit code; rejected with `HeadError` when it cannot start. */
export async function serve(settings: Settings, surroundings: Surroundings): Promise<ExitCode> {
  if (settings.volumes.some(({ backend }) => backend === 'cephfs')) limitArenas();
  const logger = createLogger(settings.log, { terminal: surroundings.stderr.isTTY === true });
  const lifecycle = new Lifecycle(logger, () => systemClock.monotonic());
  const stopping = stopRequested(logger, () => systemClock.monotonic());
  const deadline = settings.stopSeconds * 1000;
  try {
    const head = await startHead({ settings, logger, lifecycle, environment: surroundings.environment });
    surroundings.stdout.write(head.banner);
    await head.shown();
    logger.info({ version, pid: process.pid, dataDirectory: settings.dataDirectory }, 'ready');
  } catch (error) {
    if (!(error instanceof HeadError)) logger.fatal({ err: error }, 'the head cannot start');
    await lifecycle.stop(deadline);
    if (error instanceof HeadError) throw error;
    return exitCode.failed;
  }
  const { reason, exitCode: code } = await stopping;
  logger.info({ reason }, 'stopping');
  const clean = await lifecycle.stop(deadline);
  logger.info({ clean }, 'stopped');
  return code === 0 && clean ? exitCode.done : exitCode.failed;
}
