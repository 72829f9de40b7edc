import type { ConnectionLimits } from '../connection/limits.ts';
import type { Dialect } from '../messages/command.ts';
import type { Cipher } from '../messages/negotiate-contexts/encryption.ts';
import type { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';

/** What was negotiated (MS-SMB2 3.3.1.7), as handlers see it. */
export interface ConnectionInfo {
  /** Unique in the life of the process. */
  readonly id: number;
  /** The client's address as text. */
  readonly client: string;
  /** Our address, as text, that the client has reached. */
  readonly local: string;
  readonly dialect: Dialect;
  readonly limits: ConnectionLimits;
  readonly clientGuid: Uint8Array;
  /** Capabilities of the NEGOTIATE response. */
  readonly capabilities: number;
  readonly clientCapabilities: number;
  readonly clientSecurityMode: number;
  /** The dialects that the client offered, for VALIDATE_NEGOTIATE_INFO. */
  readonly clientDialects: readonly number[];
  readonly cipher: Cipher | undefined;
  readonly signingAlgorithm: SigningAlgorithm;
}
