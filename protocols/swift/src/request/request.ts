import type { Headers } from '@polynas/http';
import type { Operation } from '../routing/table.ts';
import type { Target } from '../routing/target.ts';
import type { RequestBody } from './body.ts';
import type { Identity } from './identity.ts';

/** A routed request whose preconditions hold: what a handler sees instead of sockets. */
export interface Request {
  readonly operation: Operation;
  readonly method: string;
  readonly target: Target;
  /** Lower-case names. */
  readonly headers: Headers;
  readonly identity: Identity;
  readonly body: RequestBody;
  /** Aborted when the client goes away or the server stops for good. */
  readonly signal: AbortSignal;
  readonly clientAddress: string;
  readonly transactionId: string;
  /** `http://host:port` as the client reached us. */
  readonly baseUrl: string;
}
