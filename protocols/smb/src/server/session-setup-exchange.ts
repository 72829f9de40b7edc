import type { Principal } from '@polynas/core/service';
import type { PreauthIntegrity } from '../crypto/preauth-integrity.ts';
import type { Acceptor } from '../spnego/acceptor.ts';
import type { LiveSession } from './live-session.ts';

/** One authentication: a session that is in progress, or a valid one that authenticates again (MS-SMB2 3.3.5.5). */
export interface SessionSetupExchange {
  readonly sessionId: bigint;
  readonly acceptor: Acceptor;
  /** Over the connection's negotiation and this session's messages; only counts with 3.1.1. */
  readonly preauth: PreauthIntegrity;
  /** The session that authenticates again. */
  readonly again: LiveSession | undefined;
  /** Who the client says it is, once the acceptor has found the password's hash. */
  readonly claimed: { principal?: Principal };
  /** A step runs: the client sends the next one only after the answer. */
  busy: boolean;
}
