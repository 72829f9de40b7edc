import { Dialect } from '../messages/command.ts';
import { Cipher } from '../messages/negotiate-contexts/encryption.ts';
import { shortHmac } from './short-hmac.ts';

/**
 * The KDF in counter mode of SP800-108 with HMAC-SHA256 and 32-bit counter and length (MS-SMB2 3.1.4.2). Label and
 * context as they are hashed, their NULs included.
 *
 * @param bytes of the key wanted; at most 32, so that one round is enough
 */
export function deriveKey(key: Uint8Array, label: Uint8Array, context: Uint8Array, bytes: 16 | 32): Uint8Array {
  const frame = Buffer.alloc(4 + label.length + 1 + context.length + 4);
  frame.writeUInt32BE(1, 0);
  frame.set(label, 4);
  frame.set(context, 4 + label.length + 1);
  frame.writeUInt32BE(bytes * 8, frame.length - 4);
  return shortHmac('sha256', key, frame).subarray(0, bytes);
}

/** The keys of a session (MS-SMB2 3.3.5.5.3), named from the server's side. */
export interface SessionKeys {
  readonly signingKey: Uint8Array;
  /** Of what the server sends; empty where the dialect has no encryption. */
  readonly encryptionKey: Uint8Array;
  /** Of what the client sent; empty where the dialect has no encryption. */
  readonly decryptionKey: Uint8Array;
  readonly applicationKey: Uint8Array;
}

const zeroEnded = (text: string): Uint8Array => Buffer.from(`${text}\0`, 'latin1');
const NONE = new Uint8Array(0);

/**
 * @param sessionKey what authentication gave: the first 16 bytes count, a shorter one is padded with zeros
 * @param preauthHash PreauthIntegrityHashValue of the session, for 3.1.1
 * @param cipher that was negotiated, 0 for none: with AES-256 encryption keys have 32 bytes and are made from the
 *   whole session key
 */
export function sessionKeys(
  dialect: number,
  sessionKey: Uint8Array,
  preauthHash: Uint8Array = NONE,
  cipher: number = 0,
): SessionKeys {
  const key = new Uint8Array(16);
  key.set(sessionKey.subarray(0, 16));
  if (dialect < Dialect.SMB_3_0) {
    return { signingKey: key, encryptionKey: NONE, decryptionKey: NONE, applicationKey: key };
  }
  const wide = cipher === Cipher.AES_256_CCM || cipher === Cipher.AES_256_GCM;
  const bytes = wide ? 32 : 16;
  const cipherSource = wide ? sessionKey : key;
  const derived = (source: Uint8Array, label: string, context: Uint8Array, length: 16 | 32): Uint8Array =>
    deriveKey(source, zeroEnded(label), context, length);
  // Each is made when it is asked for: most sessions never encrypt.
  if (dialect === Dialect.SMB_3_1_1) {
    return {
      get signingKey() {
        return derived(key, 'SMBSigningKey', preauthHash, 16);
      },
      get encryptionKey() {
        return derived(cipherSource, 'SMBS2CCipherKey', preauthHash, bytes);
      },
      get decryptionKey() {
        return derived(cipherSource, 'SMBC2SCipherKey', preauthHash, bytes);
      },
      get applicationKey() {
        return derived(key, 'SMBAppKey', preauthHash, 16);
      },
    };
  }
  return {
    get signingKey() {
      return derived(key, 'SMB2AESCMAC', zeroEnded('SmbSign'), 16);
    },
    get encryptionKey() {
      return derived(key, 'SMB2AESCCM', zeroEnded('ServerOut'), 16);
    },
    get decryptionKey() {
      // The blank is part of the context.
      return derived(key, 'SMB2AESCCM', zeroEnded('ServerIn '), 16);
    },
    get applicationKey() {
      return derived(key, 'SMB2APP', zeroEnded('SmbRpc'), 16);
    },
  };
}
