import { exitCode } from '../cli/exit-code.ts';
import { HeadError } from '../head-error.ts';
import { messageOf, systemCode } from '../system-error.ts';
import type { DoorStatus } from '@polynas/admin';

/** A door that is open. */
export interface RunningDoor {
  /** Where it listens now. */
  status(): DoorStatus;
}

/** What a failure to listen means, in a line that says what to change. */
export function listenError(setting: string, address: string, port: number, error: unknown): Error {
  const at = `${setting} cannot listen at ${address.includes(':') ? `[${address}]` : address}:${port}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program does; choose another port in polynas.yaml',
    EACCES: 'ports below 1024 need the right to bind them (CAP_NET_BIND_SERVICE)',
    EADDRNOTAVAIL: 'this machine does not have the address',
  };
  const code = systemCode(error);
  if (code === undefined && error instanceof Error) return error;
  return new HeadError(`${at}: ${reasons[code ?? ''] ?? messageOf(error)}`, exitCode.listen, { cause: error });
}
