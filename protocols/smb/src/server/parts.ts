import type { Clock } from '@polynas/core/wire';
import type { LogonGuard } from './logon-guard.ts';
import type { RpcPipe } from './pipe-open.ts';
import type { SmbServices } from './services.ts';
import type { Session } from './session.ts';

/** The named pipes of IPC$. */
export interface Pipes {
  /** An instance of the pipe, whose name comes without backslash and in any case; `undefined` when there is none. */
  open(name: string, session: Session): RpcPipe | undefined;
}

export interface SmbObserver {
  /** A request failed by a mistake of ours. */
  fault(error: unknown): void;
  /** A connection was closed because of what it sent. */
  dropped(client: string, reason: string): void;
  /** Somebody could not log on. The name is what the client says. */
  refused?(client: string, userName: string): void;
}

/** What all connections of a server share. */
export interface SmbParts {
  readonly services: SmbServices;
  readonly clock: Clock;
  /** Cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly observer: SmbObserver;
  readonly pipes: Pipes;
  readonly logons: LogonGuard;
  /** NetBIOS name: at most 15 characters, upper case. */
  readonly serverName: string;
  readonly serverGuid: Uint8Array;
  /** Whose users and shares are meant when a client names no tenant (`name@tenant`). */
  readonly defaultTenant: string;
  readonly encryption: 'off' | 'offered' | 'required';
}
