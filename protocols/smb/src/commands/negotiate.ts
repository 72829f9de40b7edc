import { Dialect } from '../messages/command.ts';
import { Cipher } from '../messages/negotiate-contexts/encryption.ts';
import { Capability, type NegotiateRequest, type NegotiateResponse } from '../messages/negotiate.ts';
import { NtStatus } from '../nt-status.ts';
import type { CommandRow } from '../server/command-row.ts';
import { ConnectionEnded } from '../server/connection-ended.ts';
import type { SmbParts } from '../server/parts.ts';
import { StatusError } from '../status.ts';
import { contextTerms } from './negotiate/contexts.ts';
import { type DialectTerms, dialectTerms, responseOf } from './negotiate/terms.ts';

const DIALECTS = [Dialect.SMB_3_1_1, Dialect.SMB_3_0_2, Dialect.SMB_3_0, Dialect.SMB_2_1, Dialect.SMB_2_0_2] as const;

/** The dialect that a client of these dialects gets, `undefined` when there is none in common. */
export function chooseDialect(offered: readonly number[]): Dialect | undefined {
  return DIALECTS.find((dialect) => offered.includes(dialect));
}

/** NEGOTIATE (MS-SMB2 3.3.5.4). */
export const negotiate: CommandRow<NegotiateRequest, NegotiateResponse> = {
  needs: 'connection',
  handle(context, request) {
    const { link, parts, message } = context;
    if (link.phase === 'negotiated') throw new ConnectionEnded('a second NEGOTIATE');
    if (request.dialects.length === 0) throw new StatusError(NtStatus.INVALID_PARAMETER);
    const dialect = chooseDialect(request.dialects);
    if (dialect === undefined) throw new StatusError(NtStatus.NOT_SUPPORTED);
    const base = dialectTerms(link.serverLimits, dialect);
    const { answer, ...settled } =
      dialect === Dialect.SMB_3_1_1
        ? contextTerms(parts, request.negotiateContextList)
        : { answer: [], ...cipherByCapability(parts, base, request) };
    const terms: DialectTerms = { ...base, ...settled };
    link.settle({
      ...terms,
      // Kept beyond the frame that it came in.
      clientGuid: Uint8Array.from(request.clientGuid),
      clientCapabilities: request.capabilities,
      clientSecurityMode: request.securityMode,
      clientDialects: request.dialects,
    });
    if (dialect === Dialect.SMB_3_1_1) {
      link.preauth.add(message);
      context.onEncoded((parts) => link.preauth.add(...parts));
    }
    return responseOf(parts, terms, answer);
  },
};

/** 3.0 and 3.0.2 say by a capability that they can encrypt, always with AES-128-CCM. */
function cipherByCapability(
  parts: SmbParts,
  base: DialectTerms,
  request: NegotiateRequest,
): Pick<DialectTerms, 'cipher' | 'capabilities'> {
  const encrypts =
    base.dialect >= Dialect.SMB_3_0 &&
    parts.encryption !== 'off' &&
    (request.capabilities & Capability.ENCRYPTION) !== 0;
  return {
    cipher: encrypts ? Cipher.AES_128_CCM : undefined,
    capabilities: base.capabilities | (encrypts ? Capability.ENCRYPTION : 0),
  };
}
