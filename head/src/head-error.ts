import type { ExitCode } from './cli/exit-code.ts';

/** What a person can put right: told as one line, without a stack. */
export class HeadError extends Error {
  override readonly name = 'HeadError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
