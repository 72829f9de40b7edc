import { Cipher, encryptionCapabilities } from '../../messages/negotiate-contexts/encryption.ts';
import {
  findNegotiateContext,
  type NegotiateContext,
  negotiateContext,
  NegotiateContextType,
} from '../../messages/negotiate-contexts/list.ts';
import { preauthIntegrityCapabilities, SHA_512 } from '../../messages/negotiate-contexts/preauth-integrity.ts';
import { SigningAlgorithm, signingCapabilities } from '../../messages/negotiate-contexts/signing.ts';
import { NtStatus } from '../../nt-status.ts';
import type { SmbParts } from '../../server/parts.ts';
import { StatusError } from '../../status.ts';

const Type = NegotiateContextType;

/** The most wanted first: GCM is several times as fast as CCM, and 128 bits faster than 256. */
const CIPHERS = [Cipher.AES_128_GCM, Cipher.AES_256_GCM, Cipher.AES_128_CCM, Cipher.AES_256_CCM] as const;
/** GMAC is ten times as fast as the others. */
const SIGNING = [SigningAlgorithm.AES_GMAC, SigningAlgorithm.AES_CMAC, SigningAlgorithm.HMAC_SHA256] as const;
const SALT_BYTES = 32;

/** What the contexts of 3.1.1 settle, and the contexts that answer them (MS-SMB2 3.3.5.4). */
export interface ContextTerms {
  readonly cipher: Cipher | undefined;
  readonly signingAlgorithm: SigningAlgorithm;
  readonly answer: readonly NegotiateContext[];
}

export function contextTerms(parts: SmbParts, contexts: readonly NegotiateContext[]): ContextTerms {
  for (const type of [Type.PREAUTH_INTEGRITY_CAPABILITIES, Type.ENCRYPTION_CAPABILITIES, Type.SIGNING_CAPABILITIES]) {
    if (count(contexts, type) > 1) throw new StatusError(NtStatus.INVALID_PARAMETER);
  }
  const cipher = chooseCipher(parts, contexts);
  const signing = chooseSigning(contexts);
  return {
    cipher: cipher?.chosen,
    signingAlgorithm: signing?.chosen ?? SigningAlgorithm.AES_CMAC,
    answer: [answerPreauth(parts, contexts), ...(cipher?.answer ?? []), ...(signing?.answer ?? [])],
  };
}

function answerPreauth(parts: SmbParts, contexts: readonly NegotiateContext[]): NegotiateContext {
  const asked = findNegotiateContext(contexts, Type.PREAUTH_INTEGRITY_CAPABILITIES, preauthIntegrityCapabilities);
  if (asked === undefined || asked.hashAlgorithms.length === 0) throw new StatusError(NtStatus.INVALID_PARAMETER);
  if (!asked.hashAlgorithms.includes(SHA_512)) throw new StatusError(NtStatus.SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP);
  return negotiateContext(Type.PREAUTH_INTEGRITY_CAPABILITIES, preauthIntegrityCapabilities, {
    hashAlgorithms: [SHA_512],
    salt: parts.random(SALT_BYTES),
  });
}

function chooseCipher(parts: SmbParts, contexts: readonly NegotiateContext[]) {
  const asked = findNegotiateContext(contexts, Type.ENCRYPTION_CAPABILITIES, encryptionCapabilities);
  if (asked === undefined) return undefined;
  if (asked.length === 0) throw new StatusError(NtStatus.INVALID_PARAMETER);
  const chosen = parts.encryption === 'off' ? undefined : CIPHERS.find((cipher) => asked.includes(cipher));
  // 0: there is none in common.
  return { chosen, answer: [negotiateContext(Type.ENCRYPTION_CAPABILITIES, encryptionCapabilities, [chosen ?? 0])] };
}

function chooseSigning(contexts: readonly NegotiateContext[]) {
  const asked = findNegotiateContext(contexts, Type.SIGNING_CAPABILITIES, signingCapabilities);
  if (asked === undefined) return undefined;
  if (asked.length === 0) throw new StatusError(NtStatus.INVALID_PARAMETER);
  const chosen = SIGNING.find((algorithm) => asked.includes(algorithm));
  if (chosen === undefined) return undefined;
  return { chosen, answer: [negotiateContext(Type.SIGNING_CAPABILITIES, signingCapabilities, [chosen])] };
}

function count(contexts: readonly NegotiateContext[], type: number): number {
  return contexts.filter((context) => context.contextType === type).length;
}
