import { type Place, type Reader, WireError, type Writer } from '@polynas/core/wire';
import { type Codec, NO_BYTES } from '../messages/codec.ts';
import { NtlmFlag } from './flags.ts';

/** "NTLMSSP\0". */
const SIGNATURE: Uint8Array = Buffer.from('NTLMSSP\0', 'latin1');

export const MessageType = { NEGOTIATE: 1, CHALLENGE: 2, AUTHENTICATE: 3 } as const;

/** NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1). Names and version, which it may carry, play no part. */
export interface NtlmNegotiate {
  readonly negotiateFlags: number;
}

/** CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2). */
export interface NtlmChallenge {
  readonly negotiateFlags: number;
  /** 8 bytes. */
  readonly serverChallenge: Uint8Array;
  readonly targetName: string;
  /** AV_PAIRs as encoded. */
  readonly targetInfo: Uint8Array;
  /** 8 bytes, only with VERSION among the flags. */
  readonly version: Uint8Array;
}

/** AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3). */
export interface NtlmAuthenticate {
  readonly negotiateFlags: number;
  readonly lmChallengeResponse: Uint8Array;
  readonly ntChallengeResponse: Uint8Array;
  readonly domainName: string;
  readonly userName: string;
  readonly workstation: string;
  readonly encryptedRandomSessionKey: Uint8Array;
  /** 8 bytes, or none where the payload begins before it. */
  readonly version: Uint8Array;
  /** 16 bytes, or none where the payload begins before it. */
  readonly mic: Uint8Array;
}

/** Bytes from the AUTHENTICATE_MESSAGE's start to its MIC. */
export const MIC_OFFSET = 72;
export const MIC_SIZE = 16;
const CHALLENGE_FIXED = 48;
const AUTHENTICATE_FIXED = 64;

interface Field {
  readonly offset: number;
  readonly length: number;
}

function readField(r: Reader): Field {
  const length = r.u16le();
  r.skip(2);
  return { offset: r.u32le(), length };
}

/** The payload that a field points at: never into the fixed part. */
function payload(r: Reader, { offset, length }: Field, fixedEnd: number): Uint8Array {
  if (length === 0) return NO_BYTES;
  if (offset < fixedEnd) throw new WireError('NTLM payload inside the fixed part');
  return r.seek(offset).bytes(length);
}

function begin(r: Reader, type: number): void {
  r.seek(0);
  const signature = r.bytes(SIGNATURE.length);
  if (Buffer.compare(signature, SIGNATURE) !== 0) throw new WireError('not an NTLM message');
  const found = r.u32le();
  if (found !== type) throw new WireError(`NTLM message ${found} where ${type} is due`);
}

class FieldWriter {
  private readonly w: Writer;
  private readonly start: number;

  constructor(w: Writer) {
    this.w = w;
    this.start = w.length;
    w.bytes(SIGNATURE);
  }

  reserve(length: number): Place {
    this.w.u16le(length);
    this.w.u16le(length);
    return this.w.reserve(4);
  }

  put(place: Place, bytes: Uint8Array): void {
    this.w.patchU32le(place, this.w.length - this.start);
    this.w.bytes(bytes);
  }
}

/** MS-NLMP 2.2.1.1. The message begins where the reader's frame does. */
export const ntlmNegotiate: Codec<NtlmNegotiate> = {
  read(r: Reader): NtlmNegotiate {
    begin(r, MessageType.NEGOTIATE);
    return { negotiateFlags: r.u32le() };
  },
  write(w: Writer, value: NtlmNegotiate): void {
    const fields = new FieldWriter(w);
    w.u32le(MessageType.NEGOTIATE);
    w.u32le(value.negotiateFlags);
    fields.put(fields.reserve(0), NO_BYTES);
    fields.put(fields.reserve(0), NO_BYTES);
  },
};

/** MS-NLMP 2.2.1.2. The message begins where the reader's frame does. */
export const ntlmChallenge: Codec<NtlmChallenge> = {
  read(r: Reader): NtlmChallenge {
    begin(r, MessageType.CHALLENGE);
    const targetName = readField(r);
    const negotiateFlags = r.u32le();
    const serverChallenge = r.bytes(8);
    r.skip(8);
    const targetInfo = readField(r);
    const version = (negotiateFlags & NtlmFlag.VERSION) !== 0 ? r.bytes(8) : NO_BYTES;
    return {
      negotiateFlags,
      serverChallenge,
      targetName: unicode(payload(r, targetName, CHALLENGE_FIXED)),
      targetInfo: payload(r, targetInfo, CHALLENGE_FIXED),
      version,
    };
  },
  write(w: Writer, value: NtlmChallenge): void {
    const fields = new FieldWriter(w);
    const targetName = Buffer.from(value.targetName, 'utf16le');
    w.u32le(MessageType.CHALLENGE);
    const namePlace = fields.reserve(targetName.length);
    w.u32le(value.negotiateFlags);
    w.bytes(value.serverChallenge);
    w.zeros(8);
    const infoPlace = fields.reserve(value.targetInfo.length);
    w.bytes(value.version);
    fields.put(namePlace, targetName);
    fields.put(infoPlace, value.targetInfo);
  },
};

/** MS-NLMP 2.2.1.3. The message begins where the reader's frame does. */
export const ntlmAuthenticate: Codec<NtlmAuthenticate> = {
  read(r: Reader): NtlmAuthenticate {
    begin(r, MessageType.AUTHENTICATE);
    const lm = readField(r);
    const nt = readField(r);
    const domain = readField(r);
    const user = readField(r);
    const workstation = readField(r);
    const sessionKey = readField(r);
    const negotiateFlags = r.u32le();
    // Old clients leave out Version and MIC: the payload tells, by where it begins.
    let payloadStart = Number.POSITIVE_INFINITY;
    for (const { offset, length } of [lm, nt, domain, user, workstation, sessionKey]) {
      if (length > 0) payloadStart = Math.min(payloadStart, offset);
    }
    const version = payloadStart >= MIC_OFFSET && r.remaining >= 8 ? r.bytes(8) : NO_BYTES;
    const mic = payloadStart >= MIC_OFFSET + MIC_SIZE && r.remaining >= MIC_SIZE ? r.bytes(MIC_SIZE) : NO_BYTES;
    const named = (field: Field): string => {
      const bytes = payload(r, field, AUTHENTICATE_FIXED);
      return (negotiateFlags & NtlmFlag.UNICODE) !== 0 ? unicode(bytes) : Buffer.from(bytes).toString('latin1');
    };
    return {
      negotiateFlags,
      lmChallengeResponse: payload(r, lm, AUTHENTICATE_FIXED),
      ntChallengeResponse: payload(r, nt, AUTHENTICATE_FIXED),
      domainName: named(domain),
      userName: named(user),
      workstation: named(workstation),
      encryptedRandomSessionKey: payload(r, sessionKey, AUTHENTICATE_FIXED),
      version,
      mic,
    };
  },
  write(w: Writer, value: NtlmAuthenticate): void {
    const fields = new FieldWriter(w);
    const encoding = (value.negotiateFlags & NtlmFlag.UNICODE) !== 0 ? 'utf16le' : 'latin1';
    const domain = Buffer.from(value.domainName, encoding);
    const user = Buffer.from(value.userName, encoding);
    const workstation = Buffer.from(value.workstation, encoding);
    w.u32le(MessageType.AUTHENTICATE);
    const lmPlace = fields.reserve(value.lmChallengeResponse.length);
    const ntPlace = fields.reserve(value.ntChallengeResponse.length);
    const domainPlace = fields.reserve(domain.length);
    const userPlace = fields.reserve(user.length);
    const workstationPlace = fields.reserve(workstation.length);
    const keyPlace = fields.reserve(value.encryptedRandomSessionKey.length);
    w.u32le(value.negotiateFlags);
    w.bytes(value.version);
    w.bytes(value.mic);
    fields.put(domainPlace, domain);
    fields.put(userPlace, user);
    fields.put(workstationPlace, workstation);
    fields.put(lmPlace, value.lmChallengeResponse);
    fields.put(ntPlace, value.ntChallengeResponse);
    fields.put(keyPlace, value.encryptedRandomSessionKey);
  },
};

function unicode(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new WireError('odd length of UTF-16 text');
  return Buffer.from(bytes).toString('utf16le');
}
