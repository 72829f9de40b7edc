import { timingSafeEqual } from 'node:crypto';
import { WireError } from '@polynas/core/wire';
import { decode, encode } from '../messages/whole.ts';
import { NtlmFlag } from './flags.ts';
import {
  MIC_OFFSET,
  MIC_SIZE,
  type NtlmAuthenticate,
  ntlmAuthenticate,
  ntlmChallenge,
  ntlmNegotiate,
} from './messages.ts';
import { Rc4 } from './rc4.ts';
import { AV_FLAG_MIC, AvId, avText, findAv, targetInfo } from './target-info.ts';
import { clientChallenge, messageIntegrityCode, NTLM_V1_RESPONSE, responseKey, verifyResponse } from './v2.ts';

export interface NtlmServerOptions {
  /** NetBIOS name of the server: at most 15 characters, upper case. */
  readonly computerName: string;
  /** The same as `computerName` on a server that is in no domain. */
  readonly domainName: string;
  readonly dnsComputerName: string;
  readonly dnsDomainName: string;
  /** The time as FILETIME. */
  readonly now: () => bigint;
  readonly random: (length: number) => Uint8Array;
  /** NT hash (16 bytes) of a user; `undefined` when there is none. */
  readonly ntHashOf: (userName: string, domainName: string) => Promise<Uint8Array | undefined>;
}

export type NtlmOutcome =
  | {
      readonly kind: 'accepted';
      readonly userName: string;
      readonly domainName: string;
      /** 16 bytes: Session.SessionKey. */
      readonly exportedSessionKey: Uint8Array;
      readonly negotiateFlags: number;
      /** What the client says it connects to (`cifs/name`), unchecked. */
      readonly targetName: string | undefined;
      /** MD5 of the channel bindings, unchecked; all zero: none. */
      readonly channelBindings: Uint8Array | undefined;
    }
  /** No name and no response (MS-NLMP 3.2.5.1.2). */
  | { readonly kind: 'anonymous' }
  /** Unknown user, wrong password, NTLMv1 or LMv2, wrong or missing MIC: the client is not told which. */
  | { readonly kind: 'refused'; readonly userName: string };

/** Offered to clients (MS-NLMP 3.2.5.1.1); the rest is as the client asked. */
const ALWAYS =
  NtlmFlag.UNICODE |
  NtlmFlag.NTLM |
  NtlmFlag.EXTENDED_SESSIONSECURITY |
  NtlmFlag.TARGET_INFO |
  NtlmFlag.TARGET_TYPE_SERVER |
  NtlmFlag.REQUEST_TARGET;
const IF_ASKED =
  NtlmFlag.SIGN |
  NtlmFlag.SEAL |
  NtlmFlag.ALWAYS_SIGN |
  NtlmFlag.KEY_128 |
  NtlmFlag.KEY_56 |
  NtlmFlag.KEY_EXCH |
  NtlmFlag.VERSION;
/** Windows 10.0, revision 15: clients look at the revision only. */
const VERSION: Uint8Array = Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 15);
const NO_VERSION = new Uint8Array(0);
const NO_HASH = new Uint8Array(16);

/** One NTLMv2 authentication, server side (MS-NLMP 3.2.5.1). */
export class NtlmServer {
  private readonly options: NtlmServerOptions;
  private readonly serverChallenge: Uint8Array;
  private negotiateMessage: Uint8Array | undefined;
  private challengeMessage: Uint8Array | undefined;

  constructor(options: NtlmServerOptions) {
    this.options = options;
    this.serverChallenge = options.random(8);
  }

  /** Answers the NEGOTIATE_MESSAGE with the CHALLENGE_MESSAGE. A malformed one is a {@link WireError}. */
  challenge(negotiate: Uint8Array): Uint8Array {
    if (this.negotiateMessage !== undefined) throw new WireError('second NEGOTIATE_MESSAGE');
    const asked = decode(ntlmNegotiate, negotiate).negotiateFlags;
    if ((asked & NtlmFlag.UNICODE) === 0) throw new WireError('NTLM client without Unicode');
    const { computerName, domainName, dnsComputerName, dnsDomainName } = this.options;
    const timestamp = Buffer.alloc(8);
    timestamp.writeBigUInt64LE(this.options.now());
    const negotiateFlags = (ALWAYS | (asked & IF_ASKED)) >>> 0;
    // The messages are kept for the MIC, and the caller's buffer is not ours.
    this.negotiateMessage = Uint8Array.from(negotiate);
    this.challengeMessage = encode(ntlmChallenge, {
      negotiateFlags,
      serverChallenge: this.serverChallenge,
      targetName: computerName,
      targetInfo: encode(targetInfo, [
        avText(AvId.NB_DOMAIN_NAME, domainName),
        avText(AvId.NB_COMPUTER_NAME, computerName),
        avText(AvId.DNS_DOMAIN_NAME, dnsDomainName),
        avText(AvId.DNS_COMPUTER_NAME, dnsComputerName),
        { avId: AvId.TIMESTAMP, value: timestamp },
      ]),
      version: (negotiateFlags & NtlmFlag.VERSION) !== 0 ? VERSION : NO_VERSION,
    });
    return this.challengeMessage;
  }

  /** Judges the AUTHENTICATE_MESSAGE. A malformed one is a {@link WireError}. */
  async authenticate(message: Uint8Array): Promise<NtlmOutcome> {
    const { negotiateMessage, challengeMessage } = this;
    if (negotiateMessage === undefined || challengeMessage === undefined) {
      throw new WireError('AUTHENTICATE_MESSAGE without a challenge');
    }
    const authenticate = decode(ntlmAuthenticate, message);
    const { userName, domainName, ntChallengeResponse } = authenticate;
    if (userName === '' && ntChallengeResponse.length === 0) return { kind: 'anonymous' };
    const refused = { kind: 'refused', userName } as const;
    // NTLMv1 has 24 bytes; a response in the LM field alone (LMv1, LMv2) leaves this one empty.
    if (ntChallengeResponse.length <= NTLM_V1_RESPONSE) return refused;
    const client = clientChallenge(ntChallengeResponse);
    const stored = await this.options.ntHashOf(userName, domainName);
    const key = responseKey(stored ?? NO_HASH, userName, domainName);
    const sessionBaseKey = verifyResponse(key, this.serverChallenge, ntChallengeResponse);
    if (stored === undefined || sessionBaseKey === undefined) return refused;
    const exportedSessionKey = exportedKey(authenticate, sessionBaseKey);
    if (exportedSessionKey === undefined) return refused;
    const flags = findAv(client.avPairs, AvId.FLAGS);
    const micPromised = flags?.length === 4 && (flags[0]! & AV_FLAG_MIC) !== 0;
    // MS-NLMP 3.2.5.1.2: the flag is inside the proof, so that the MIC cannot be taken away on the path.
    if (micPromised && !micHolds(authenticate, exportedSessionKey, negotiateMessage, challengeMessage, message)) {
      return refused;
    }
    const targetName = findAv(client.avPairs, AvId.TARGET_NAME);
    return {
      kind: 'accepted',
      userName,
      domainName,
      exportedSessionKey,
      negotiateFlags: authenticate.negotiateFlags,
      targetName: targetName === undefined ? undefined : Buffer.from(targetName).toString('utf16le'),
      channelBindings: findAv(client.avPairs, AvId.CHANNEL_BINDINGS),
    };
  }
}

/** ExportedSessionKey (MS-NLMP 3.2.5.1.2): for NTLMv2 KeyExchangeKey is SessionBaseKey. */
function exportedKey(authenticate: NtlmAuthenticate, sessionBaseKey: Uint8Array): Uint8Array | undefined {
  const exchanged = NtlmFlag.KEY_EXCH | NtlmFlag.SIGN;
  const sealed = NtlmFlag.KEY_EXCH | NtlmFlag.SEAL;
  const flags = authenticate.negotiateFlags;
  if ((flags & exchanged) !== exchanged && (flags & sealed) !== sealed) return sessionBaseKey;
  const encrypted = authenticate.encryptedRandomSessionKey;
  return encrypted.length === 16 ? new Rc4(sessionBaseKey).update(encrypted) : undefined;
}

function micHolds(
  authenticate: NtlmAuthenticate,
  exportedSessionKey: Uint8Array,
  negotiateMessage: Uint8Array,
  challengeMessage: Uint8Array,
  message: Uint8Array,
): boolean {
  if (authenticate.mic.length !== MIC_SIZE) return false;
  const without = Uint8Array.from(message).fill(0, MIC_OFFSET, MIC_OFFSET + MIC_SIZE);
  const mic = messageIntegrityCode(exportedSessionKey, negotiateMessage, challengeMessage, without);
  return timingSafeEqual(mic, authenticate.mic);
}
