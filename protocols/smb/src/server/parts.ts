import type { AccountService, EventService, FileService, ShareService, StateService } from '@polynas/core/service';
import type { SessionContext } from './command-row.ts';
import type { RpcPipe } from './pipe-open.ts';

type FileCalls =
  | ('root' | 'limits' | 'statfs' | 'getattr' | 'setattr' | 'lookup' | 'readlink' | 'pathBelow')
  | ('create' | 'mkdir' | 'link' | 'remove' | 'rmdir' | 'readdir' | 'streams' | 'stream')
  | ('getxattr' | 'listxattr' | 'setxattr' | 'removexattr');

/** What the server calls: the part of core's services that SMB needs, so that others can give it as well. */
export interface SmbServices {
  readonly accounts: Pick<AccountService, 'tenants' | 'userByName' | 'userByUid' | 'ntCredential' | 'principalOf'>;
  readonly shares: Pick<ShareService, 'list' | 'byId' | 'byName' | 'nameAt'>;
  readonly files: Pick<FileService, FileCalls>;
  readonly state: Pick<StateService, 'open' | 'rights' | 'lock' | 'unlock' | 'releaseClient'>;
  readonly events: EventService;
}

/** Time as it is handed in. The core's clock fits. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** Runs `work` once after `milliseconds`, unless cancelled before. Does not keep the process alive. */
  after(milliseconds: number, work: () => void): { cancel(): void };
}

/** The named pipes of IPC$. */
export interface Pipes {
  /** An instance of the pipe, whose name comes without backslash and in any case; `undefined` when there is none. */
  open(name: string, context: SessionContext): RpcPipe | undefined;
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
  /** NetBIOS name: at most 15 characters, upper case. */
  readonly serverName: string;
  readonly serverGuid: Uint8Array;
  /** Whose users and shares are meant when a client names no tenant (`name@tenant`). */
  readonly defaultTenant: string;
  readonly encryption: 'off' | 'offered' | 'required';
}
