import type { ConnectionLimits } from '../connection/limits.ts';
import { SequenceWindow } from '../connection/sequence-window.ts';
import { PreauthIntegrity } from '../crypto/preauth-integrity.ts';
import { Dialect } from '../messages/command.ts';
import type { Cipher } from '../messages/negotiate-contexts/encryption.ts';
import { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';
import type { ConnectionInfo } from './connection-info.ts';
import { LiveSession, type SessionFields } from './live-session.ts';
import type { ServerLimits } from './server-limits.ts';
import type { SessionSetupExchange } from './session-setup-exchange.ts';
import type { SessionTable } from './session-table.ts';

/** Addresses of a connection, as text. */
export interface Ends {
  readonly client: string;
  readonly local: string;
}

/** What NEGOTIATE settles. */
export interface Negotiated {
  readonly dialect: Dialect;
  readonly limits: ConnectionLimits;
  readonly clientGuid: Uint8Array;
  readonly clientCapabilities: number;
  readonly clientSecurityMode: number;
  readonly clientDialects: readonly number[];
  readonly cipher: Cipher | undefined;
  readonly signingAlgorithm: SigningAlgorithm;
  /** Capabilities that were answered. */
  readonly capabilities: number;
}

const NOTHING_YET: Omit<Negotiated, 'limits'> = {
  dialect: Dialect.SMB_2_0_2,
  clientGuid: new Uint8Array(16),
  clientCapabilities: 0,
  clientSecurityMode: 0,
  clientDialects: [],
  cipher: undefined,
  signingAlgorithm: SigningAlgorithm.HMAC_SHA256,
  capabilities: 0,
};

/** The protocol's side of a connection (MS-SMB2 3.3.1.7), without its socket. */
export class Link implements ConnectionInfo {
  readonly id: number;
  readonly client: string;
  readonly local: string;
  readonly serverLimits: ServerLimits;
  readonly table: SessionTable;
  /** `wildcard`: an SMB1 negotiate was answered with 0x02FF, and a second NEGOTIATE is due (MS-SMB2 3.3.5.3). */
  phase: 'fresh' | 'wildcard' | 'negotiated' = 'fresh';
  readonly preauth = new PreauthIntegrity();
  readonly window: SequenceWindow;
  readonly sessions = new Map<bigint, LiveSession>();
  /** Authentications that run, by SessionId. */
  readonly exchanges = new Map<bigint, SessionSetupExchange>();
  private negotiated: Negotiated;

  constructor(id: number, ends: Ends, limits: ServerLimits, table: SessionTable) {
    this.id = id;
    this.client = ends.client;
    this.local = ends.local;
    this.serverLimits = limits;
    this.table = table;
    this.window = new SequenceWindow(limits.maxCredits);
    this.negotiated = { ...NOTHING_YET, limits };
  }

  settle(negotiated: Negotiated): void {
    this.negotiated = negotiated;
    this.phase = 'negotiated';
  }

  /** A new session, to be found by its id until it ends. */
  begin(fields: Omit<SessionFields, 'limits' | 'onEnd'>): LiveSession {
    const onEnd = (): void => {
      this.sessions.delete(session.id);
      this.exchanges.delete(session.id);
      this.table.remove(session);
    };
    const session = new LiveSession({ ...fields, limits: this.serverLimits, onEnd });
    this.sessions.set(session.id, session);
    this.table.add(session);
    return session;
  }

  get dialect(): Dialect {
    return this.negotiated.dialect;
  }

  get limits(): ConnectionLimits {
    return this.negotiated.limits;
  }

  get clientGuid(): Uint8Array {
    return this.negotiated.clientGuid;
  }

  get clientCapabilities(): number {
    return this.negotiated.clientCapabilities;
  }

  get clientSecurityMode(): number {
    return this.negotiated.clientSecurityMode;
  }

  get clientDialects(): readonly number[] {
    return this.negotiated.clientDialects;
  }

  get cipher(): Cipher | undefined {
    return this.negotiated.cipher;
  }

  get signingAlgorithm(): SigningAlgorithm {
    return this.negotiated.signingAlgorithm;
  }

  /** Capabilities of the NEGOTIATE response. */
  get capabilities(): number {
    return this.negotiated.capabilities;
  }

  /** Connection.SupportsMultiCredit (MS-SMB2 3.3.5.4): from 2.1 on. */
  get multiCredit(): boolean {
    return this.phase === 'negotiated' && this.dialect > Dialect.SMB_2_0_2;
  }
}
