import type { ConnectionLimits } from '../../connection/limits.ts';

import { Dialect } from '../../messages/command.ts';
import { SigningAlgorithm } from '../../messages/negotiate-contexts/signing.ts';
import type { NegotiateContext } from '../../messages/negotiate-contexts/list.ts';
import { Capability, type NegotiateResponse, SecurityMode } from '../../messages/negotiate.ts';
import type { Negotiated } from '../../server/link.ts';
import type { SmbParts } from '../../server/parts.ts';
import { fileTimeNow } from '../../server/time.ts';
import { negTokenInit2, Oid } from '../../spnego/tokens.ts';

/** What follows from the dialect alone. */
export type DialectTerms = Pick<Negotiated, 'dialect' | 'limits' | 'cipher' | 'signingAlgorithm' | 'capabilities'>;

/** NTLM is the only mechanism. */
const MECHANISMS = negTokenInit2([Oid.NTLMSSP]);
/** The largest payload of a dialect without multi-credit requests (MS-SMB2 3.3.5.4). */
const SMALL = 65_536;

/** Sizes, signing and capabilities of a dialect (MS-SMB2 3.3.5.4), before any context is looked at. */
export function dialectTerms(limits: ConnectionLimits, dialect: Dialect): DialectTerms {
  const multiCredit = dialect !== Dialect.SMB_2_0_2 && dialect !== Dialect.WILDCARD;
  const small = { maxTransactSize: SMALL, maxReadSize: SMALL, maxWriteSize: SMALL };
  return {
    dialect,
    limits: multiCredit ? limits : { ...limits, ...small },
    cipher: undefined,
    signingAlgorithm:
      multiCredit && dialect >= Dialect.SMB_3_0 ? SigningAlgorithm.AES_CMAC : SigningAlgorithm.HMAC_SHA256,
    capabilities: multiCredit ? Capability.LARGE_MTU : 0,
  };
}

/** NEGOTIATE Response: signing is always required, NTLM the only mechanism. */
export function responseOf(
  parts: SmbParts,
  terms: DialectTerms,
  negotiateContextList: readonly NegotiateContext[],
): NegotiateResponse {
  return {
    securityMode: SecurityMode.SIGNING_ENABLED | SecurityMode.SIGNING_REQUIRED,
    dialectRevision: terms.dialect,
    serverGuid: parts.serverGuid,
    capabilities: terms.capabilities,
    maxTransactSize: terms.limits.maxTransactSize,
    maxReadSize: terms.limits.maxReadSize,
    maxWriteSize: terms.limits.maxWriteSize,
    systemTime: fileTimeNow(parts.clock),
    serverStartTime: 0n,
    securityBuffer: MECHANISMS,
    negotiateContextList,
  };
}
