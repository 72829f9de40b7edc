import { Dialect } from '../../messages/command.ts';
import {
  validateNegotiateInfoRequest,
  type ValidateNegotiateInfoRequest,
  validateNegotiateInfoResponse,
} from '../../messages/fsctl/validate-negotiate-info.ts';
import { SecurityMode } from '../../messages/negotiate.ts';
import { decode, encode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { ConnectionInfo } from '../../server/connection-info.ts';
import { ConnectionEnded } from '../../server/connection-ended.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';
import { chooseDialect } from '../negotiate.ts';

const RESPONSE_BYTES = 24;

/**
 * FSCTL_VALIDATE_NEGOTIATE_INFO (MS-SMB2 3.3.5.15.12): the client asks, signed, what it asked in its NEGOTIATE. Another question there
 * means that somebody on the path changed it, and the connection is terminated.
 */
export const validateNegotiateInfo: FsctlRow = {
  needs: 'tree',
  handle({ connection, parts }, request) {
    // 3.1.1 has the pre-authentication hash instead.
    if (connection.dialect === Dialect.SMB_3_1_1) throw new ConnectionEnded('VALIDATE_NEGOTIATE_INFO with 3.1.1');
    if (request.maxOutputResponse < RESPONSE_BYTES) throw new StatusError(NtStatus.INVALID_PARAMETER);
    if (!isTheSame(connection, decode(validateNegotiateInfoRequest, request.input))) {
      throw new ConnectionEnded('the negotiation was changed on its way');
    }
    return encode(validateNegotiateInfoResponse, {
      capabilities: connection.capabilities,
      guid: parts.serverGuid,
      securityMode: SecurityMode.SIGNING_ENABLED | SecurityMode.SIGNING_REQUIRED,
      dialect: connection.dialect,
    });
  },
};

function isTheSame(connection: ConnectionInfo, asked: ValidateNegotiateInfoRequest): boolean {
  return (
    asked.capabilities === connection.clientCapabilities &&
    asked.securityMode === connection.clientSecurityMode &&
    Buffer.compare(asked.guid, connection.clientGuid) === 0 &&
    chooseDialect(asked.dialects) === connection.dialect
  );
}
