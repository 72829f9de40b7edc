import { createHash, createHmac, randomBytes } from 'node:crypto';
import { md4 } from './md4.ts';

/** MS-NLMP 2.2.2.5: Unicode, the target's name, signing, NTLM, extended session security, target info, 128 bits. */
const FLAGS = 0x2088_8215;
const SIGNATURE = Buffer.from('NTLMSSP\0');
/** Of an AUTHENTICATE_MESSAGE with Version and MIC (MS-NLMP 2.2.1.3). */
const AUTHENTICATE_FIXED = 88;
const MIC_OFFSET = 72;
/** MsvAvFlags: there is a MIC (MS-NLMP 2.2.2.1). */
const AV_FLAGS = Buffer.from('0600040002000000', 'hex');
const AV_EOL = Buffer.alloc(4);
const AV_TIMESTAMP = 7;

export interface SmbUser {
  readonly name: string;
  readonly password: string;
}

/** NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(32);
  SIGNATURE.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(FLAGS, 12);
  return message;
}

export interface Authenticated {
  readonly message: Buffer;
  /** 16 bytes, from which the session's keys are derived. */
  readonly sessionKey: Buffer;
}

/** AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3) by NTLMv2 with a MIC, without a key exchange of its own. */
export function authenticateMessage(user: SmbUser, negotiate: Buffer, challenge: Buffer): Authenticated {
  const serverChallenge = challenge.subarray(24, 32);
  const offset = challenge.readUInt32LE(44);
  const pairs = challenge.subarray(offset, offset + challenge.readUInt16LE(40));
  // 3.1.5.1.2: with a timestamp in the target info, that one is used, and LMv2 is sent as zeros.
  const timestamp = valueOf(pairs, AV_TIMESTAMP);
  if (timestamp === undefined) throw new Error('the server sent no timestamp with its NTLM challenge');
  const nameBytes = Buffer.from(user.name, 'utf16le');
  const ntHash = md4(Buffer.from(user.password, 'utf16le'));
  const key = hmacMd5(ntHash, Buffer.from(user.name.toUpperCase(), 'utf16le'));
  const blob = Buffer.concat([
    Buffer.from('0101000000000000', 'hex'),
    timestamp,
    randomBytes(8),
    Buffer.alloc(4),
    pairs.subarray(0, pairs.length - AV_EOL.length),
    AV_FLAGS,
    AV_EOL,
    Buffer.alloc(4),
  ]);
  const proof = hmacMd5(key, serverChallenge, blob);
  const sessionKey = hmacMd5(key, proof);
  const message = assemble([Buffer.alloc(24), Buffer.concat([proof, blob]), Buffer.alloc(0), nameBytes]);
  hmacMd5(sessionKey, negotiate, challenge, message).copy(message, MIC_OFFSET);
  return { message, sessionKey };
}

/** The client's first signature over a message, of 16 bytes (MS-NLMP 3.4.4.2), without a key exchange. */
export function firstSignature(sessionKey: Buffer, message: Buffer): Buffer {
  const magic = 'session key to client-to-server signing key magic constant\0';
  const key = createHash('md5').update(sessionKey).update(magic, 'latin1').digest();
  const sequence = Buffer.alloc(4);
  return Buffer.concat([Buffer.from([1, 0, 0, 0]), hmacMd5(key, sequence, message).subarray(0, 8), sequence]);
}

/** @param fields LM response, NT response, domain, user; workstation and session key stay empty */
function assemble(fields: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(AUTHENTICATE_FIXED);
  SIGNATURE.copy(head);
  head.writeUInt32LE(3, 8);
  let at = AUTHENTICATE_FIXED;
  for (let index = 0; index < 6; index += 1) {
    const length = fields[index]?.length ?? 0;
    head.writeUInt16LE(length, 12 + 8 * index);
    head.writeUInt16LE(length, 14 + 8 * index);
    head.writeUInt32LE(at, 16 + 8 * index);
    at += length;
  }
  head.writeUInt32LE(FLAGS, 60);
  return Buffer.concat([head, ...fields]);
}

/** The value of an AV_PAIR, 4 bytes behind its start. */
function valueOf(pairs: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= pairs.length; at += 4 + pairs.readUInt16LE(at + 2)) {
    if (pairs.readUInt16LE(at) === id) return pairs.subarray(at + 4, at + 4 + pairs.readUInt16LE(at + 2));
  }
  return undefined;
}

function hmacMd5(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const hmac = createHmac('md5', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
