import { createCipheriv, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Command } from '../messages/command.ts';
import { HEADER_SIZE } from '../messages/codec.ts';
import { NO_SIGNATURE, SIGNATURE_OFFSET, SIGNATURE_SIZE } from '../messages/header.ts';
import { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';
import { Cmac } from './cmac.ts';

/** Who signs; it is part of GMAC's nonce. */
export type Signer = 'client' | 'server';

/** Signatures of a session's messages under its SigningKey (MS-SMB2 3.1.4.1). */
export class Signing {
  /** Whether two responses to one request may both be signed: with GMAC both have one nonce, which gives the key away. */
  readonly signsTwice: boolean;
  private readonly algorithm: number;
  private readonly key: KeyObject;
  private readonly cmac: Cmac | undefined;

  /**
   * @param algorithm HMAC_SHA256 for 2.0.2 and 2.1, AES_CMAC for 3.0 and 3.0.2, what was negotiated for 3.1.1 (AES_CMAC
   *   without the context)
   * @param key SigningKey, 16 bytes
   */
  constructor(algorithm: SigningAlgorithm, key: Uint8Array) {
    this.algorithm = algorithm;
    this.signsTwice = algorithm !== SigningAlgorithm.AES_GMAC;
    // Node 24 takes ten microseconds longer for a key that is no KeyObject.
    this.key = createSecretKey(key);
    this.cmac = algorithm === SigningAlgorithm.AES_CMAC ? new Cmac(key) : undefined;
  }

  /**
   * Signs one message, padding included, and puts the signature into its header. The header has SIGNED set already.
   *
   * @param parts of which the first holds the whole header
   */
  sign(parts: readonly Uint8Array[], by: Signer): void {
    const first = parts[0]!;
    first.set(this.signature(parts, by), SIGNATURE_OFFSET);
  }

  /** Whether the message carries the right signature. */
  verify(message: Uint8Array, by: Signer): boolean {
    const given = message.subarray(SIGNATURE_OFFSET, SIGNATURE_OFFSET + SIGNATURE_SIZE);
    if (given.length !== SIGNATURE_SIZE || message.length < HEADER_SIZE) return false;
    return timingSafeEqual(given, this.signature([message], by));
  }

  private signature(parts: readonly Uint8Array[], by: Signer): Uint8Array {
    const first = parts[0]!;
    // The signature counts as zeros.
    const covered = [
      first.subarray(0, SIGNATURE_OFFSET),
      NO_SIGNATURE,
      first.subarray(SIGNATURE_OFFSET + SIGNATURE_SIZE),
      ...parts.slice(1),
    ];
    if (this.cmac !== undefined) return this.cmac.digest(covered);
    if (this.algorithm === SigningAlgorithm.AES_GMAC) {
      const gmac = createCipheriv('aes-128-gcm', this.key, gmacNonce(first, by));
      for (const part of covered) gmac.setAAD(part);
      gmac.final();
      return gmac.getAuthTag();
    }
    const hmac = createHmac('sha256', this.key);
    for (const part of covered) hmac.update(part);
    return hmac.digest().subarray(0, SIGNATURE_SIZE);
  }
}

const COMMAND_OFFSET = 12;
const MESSAGE_ID_OFFSET = 24;

/** MessageId, then 32 bits of which the lowest says "server" and the next "CANCEL" (MS-SMB2 3.1.4.1). */
function gmacNonce(header: Uint8Array, by: Signer): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce.set(header.subarray(MESSAGE_ID_OFFSET, MESSAGE_ID_OFFSET + 8));
  const cancel = header[COMMAND_OFFSET] === Command.CANCEL && header[COMMAND_OFFSET + 1] === 0;
  nonce[8] = (by === 'server' ? 1 : 0) | (cancel ? 2 : 0);
  return nonce;
}
