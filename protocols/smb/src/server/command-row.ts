import type { Caller } from '@polynas/core/service';
import type { FileId } from '../messages/file-id.ts';
import type { Header } from '../messages/header.ts';
import type { NtStatus } from '../nt-status.ts';
import type { ConnectionInfo } from './connection-info.ts';
import type { Link } from './link.ts';
import type { LiveSession } from './live-session.ts';
import type { SmbOpen } from './open.ts';
import type { Session } from './session.ts';
import type { SmbParts } from './parts.ts';
import type { Tree } from './tree.ts';

/** What every handler gets beside its request; rows that need more get the contexts below. */
export interface CommandContext {
  readonly parts: SmbParts;
  readonly connection: ConnectionInfo;
  readonly header: Header;
  /** Aborted by CANCEL, by the end of the session or tree, or of the connection. */
  readonly signal: AbortSignal;
  /**
   * Sends the interim response STATUS_PENDING now, unless it was sent (MS-SMB2 3.3.4.2): for what waits on somebody else (a lock, a change, a pipe). Whatever takes long otherwise
   * is answered so by the dispatcher itself. Throws `StatusError` when too many of the connection's commands wait already.
   */
  pending(): void;
  /** A buffer of at least `length` bytes for a large payload of the response, which is given back once that is sent. `undefined`: take one of your own. */
  borrow(length: number): Uint8Array | undefined;
}

/** For the commands that make a connection and its sessions. */
export interface ConnectionContext extends CommandContext {
  readonly link: Link;
  /** Of the response's header. */
  sessionId: bigint;
  /** The request as it came, header included. */
  readonly message: Uint8Array;
  /** Has the encoded response shown before it is sent: the pre-authentication hash runs over it. */
  onEncoded(look: (parts: readonly Uint8Array[]) => void): void;
  /** The response is signed with the key of a session that the request did not name. */
  signWith(session: LiveSession): void;
}

export interface SessionContext extends CommandContext {
  readonly session: Session;
  /** Of the response's header. */
  treeId: number;
}

export interface TreeContext extends SessionContext {
  readonly tree: Tree;
  /** Who acts, through this tree: the session's user; `foldNames`, `patience: 'wait'`, `readOnly` as the share's door says, `signal` of the command. */
  caller(): Caller;
  /** The open that a FileId of the request names, for commands where only some need one; throws `StatusError` when there is none. */
  openOf(fileId: FileId): SmbOpen;
}

export interface OpenContext extends TreeContext {
  /** Of the FileId in the request, or of the compound's earlier message where it says so. */
  readonly open: SmbOpen;
}

/** A body, or a body with a status that is not SUCCESS (BUFFER_OVERFLOW, NOTIFY_ENUM_DIR, MORE_PROCESSING_REQUIRED …). Other statuses are thrown as `StatusError`. */
export type Answer<R> = R | { readonly status: NtStatus; readonly body: R };

interface RowOf<C extends CommandContext, Q, R> {
  /** Bytes that the request carries and that its response may carry, for the credit charge (MS-SMB2 3.3.5.2.5). Absent: small ones. */
  readonly payload?: (request: Q) => { readonly send: number; readonly response: number };
  readonly handle: (context: C, request: Q) => Answer<R> | Promise<Answer<R>>;
}

/** A command with its preconditions, which no handler checks again (MS-SMB2 3.3.5.2). */
export type CommandRow<Q, R> =
  | (RowOf<ConnectionContext, Q, R> & { readonly needs: 'connection' })
  | (RowOf<SessionContext, Q, R> & { readonly needs: 'session' })
  | (RowOf<TreeContext, Q, R> & { readonly needs: 'tree' })
  | (RowOf<OpenContext, Q, R> & {
      readonly needs: 'open';
      readonly fileId: (request: Q) => FileId;
    });
