import type { DestinationStream, Logger } from 'pino';
import { destination, pino, stdTimeFunctions } from 'pino';
import { textStream } from './text-stream.ts';

export type { Logger } from 'pino';

/** Never written, at whatever depth an object has them at its first levels. */
const secretNames = ['password', 'secret', 'secretKey', 'secretAccessKey', 'token', 'authorization', 'key'];
const redacted = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

export interface LogSettings {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Absent: text on a terminal, else JSON. */
  readonly format?: 'json' | 'text' | undefined;
}

/**
 * One line per event to stderr: JSON (pino), or text for people. Written at once, so that nothing is lost at the end of
 * the process; requests are logged at `debug` only.
 */
export function createLogger(
  settings: LogSettings,
  options: { readonly terminal: boolean; readonly stream?: DestinationStream },
): Logger {
  const raw = options.stream ?? destination({ fd: 2, sync: true });
  const text = (settings.format ?? (options.terminal ? 'text' : 'json')) === 'text';
  return pino(
    {
      level: settings.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redacted, censor: '[secret]' },
    },
    text ? textStream(raw) : raw,
  );
}
