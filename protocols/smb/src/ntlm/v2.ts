import { timingSafeEqual } from 'node:crypto';
import { Reader, WireError } from '@polynas/core/wire';
import { shortHmac } from '../crypto/short-hmac.ts';
import { type AvPair, targetInfo } from './target-info.ts';

/** NTOWFv2 (MS-NLMP 3.3.2): from the NT hash; user names are upper-cased, domain names are not. */
export function responseKey(ntHash: Uint8Array, userName: string, domainName: string): Uint8Array {
  return shortHmac('md5', ntHash, Buffer.from(userName.toUpperCase() + domainName, 'utf16le'));
}

/** NTLMv2_CLIENT_CHALLENGE (MS-NLMP 2.2.2.7). */
export interface ClientChallenge {
  /** FILETIME. */
  readonly timeStamp: bigint;
  /** 8 bytes. */
  readonly challengeFromClient: Uint8Array;
  readonly avPairs: readonly AvPair[];
}

const PROOF = 16;
/** Bytes of an NTLMv1 response, which has the length of nothing that NTLMv2 could be. */
export const NTLM_V1_RESPONSE = 24;

/** What follows the proof in an NTLMv2_RESPONSE (MS-NLMP 2.2.2.8). */
export function clientChallenge(ntChallengeResponse: Uint8Array): ClientChallenge {
  const r = new Reader(ntChallengeResponse);
  r.skip(PROOF);
  if (r.u8() !== 1 || r.u8() !== 1) throw new WireError('not an NTLMv2 response');
  r.skip(6);
  const timeStamp = r.u64le();
  const challengeFromClient = r.bytes(8);
  r.skip(4);
  return { timeStamp, challengeFromClient, avPairs: targetInfo.read(r) };
}

/**
 * Checks an NTLMv2_RESPONSE (MS-NLMP 3.3.2).
 *
 * @param key of {@link responseKey}
 * @returns SessionBaseKey (16 bytes), `undefined` when the password is another
 */
export function verifyResponse(
  key: Uint8Array,
  serverChallenge: Uint8Array,
  ntChallengeResponse: Uint8Array,
): Uint8Array | undefined {
  if (ntChallengeResponse.length <= NTLM_V1_RESPONSE) return undefined;
  const given = ntChallengeResponse.subarray(0, PROOF);
  const proof = shortHmac('md5', key, serverChallenge, ntChallengeResponse.subarray(PROOF));
  return timingSafeEqual(given, proof) ? shortHmac('md5', key, proof) : undefined;
}

/** The MIC over all three messages, its own place in the last one zero (MS-NLMP 3.1.5.1.2). */
export function messageIntegrityCode(
  exportedSessionKey: Uint8Array,
  negotiate: Uint8Array,
  challenge: Uint8Array,
  authenticate: Uint8Array,
): Uint8Array {
  return shortHmac('md5', exportedSessionKey, negotiate, challenge, authenticate);
}
