import { createCipheriv, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { Command } from '../messages/command.ts';
import { HEADER_SIZE } from '../messages/codec.ts';
import { NO_SIGNATURE, SIGNATURE_OFFSET, SIGNATURE_SIZE } from '../messages/header.ts';
import { SigningAlgorithm } from '../messages/negotiate-contexts/signing.ts';
import { Cmac } from './cmac.ts';
import { type DirectGcm, directGcm } from './direct-gcm.ts';

/** Who signs; it is part of GMAC's nonce. */
export type Signer = 'client' | 'server';

/** Signatures of a session's messages under its SigningKey (MS-SMB2 3.1.4.1). */
export class Signing {
  /** Whether two responses to one request may both be signed: with GMAC both have one nonce, which gives the key away. */
  readonly signsTwice: boolean;
  private readonly algorithm: number;
  private readonly key: KeyObject;
  private readonly cmac: Cmac | undefined;
  /** With the key as it needs it. */
  private readonly gmac: { readonly gcm: DirectGcm; readonly key: Uint8Array } | undefined;

  /**
   * @param algorithm HMAC_SHA256 for 2.0.2 and 2.1, AES_CMAC for 3.0 and 3.0.2, what was negotiated for 3.1.1 (AES_CMAC
   *   without the context)
   * @param key SigningKey, 16 bytes
   * @param gcm `null` for Node's own
   */
  constructor(algorithm: SigningAlgorithm, key: Uint8Array, gcm: DirectGcm | null = directGcm()) {
    this.algorithm = algorithm;
    this.signsTwice = algorithm !== SigningAlgorithm.AES_GMAC;
    // Node 24 takes ten microseconds longer for a key that is no KeyObject.
    this.key = createSecretKey(key);
    this.cmac = algorithm === SigningAlgorithm.AES_CMAC ? new Cmac(key) : undefined;
    this.gmac = algorithm === SigningAlgorithm.AES_GMAC && gcm !== null ? { gcm, key: Buffer.from(key) } : undefined;
  }

  /**
   * Signs one message, padding included, and puts the signature into its header. The header has SIGNED set already.
   *
   * @param parts of which the first holds the whole header
   */
  sign(parts: readonly Uint8Array[], by: Signer): void {
    const first = parts[0]!;
    if (this.gmac === undefined) first.set(this.signature(parts, by), SIGNATURE_OFFSET);
    else {
      first.fill(0, SIGNATURE_OFFSET, SIGNATURE_OFFSET + SIGNATURE_SIZE);
      first.set(this.directly(this.gmac, parts, by), SIGNATURE_OFFSET);
    }
  }

  /** Whether the message carries the right signature. */
  verify(message: Uint8Array, by: Signer): boolean {
    const given = message.subarray(SIGNATURE_OFFSET, SIGNATURE_OFFSET + SIGNATURE_SIZE);
    if (given.length !== SIGNATURE_SIZE || message.length < HEADER_SIZE) return false;
    if (this.gmac === undefined) return timingSafeEqual(given, this.signature([message], by));
    // Calls cost more than copies: the message is fed in one piece, its signature zero meanwhile.
    came.set(given);
    given.fill(0);
    const due = this.directly(this.gmac, [message], by);
    given.set(came);
    return timingSafeEqual(came, due);
  }

  /** @param parts whose signature is zeros */
  private directly(
    { gcm, key }: { readonly gcm: DirectGcm; readonly key: Uint8Array },
    parts: readonly Uint8Array[],
    by: Signer,
  ): Uint8Array {
    writeGmacNonce(nonce, parts[0]!, by);
    gcm.mac(key, nonce, parts, computed);
    return computed;
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
      writeGmacNonce(nonce, first, by);
      const gmac = createCipheriv('aes-128-gcm', this.key, nonce);
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

/** Each is used up before the call that filled it returns; outside V8's heap, so that their address is at hand. */
const nonce = Buffer.allocUnsafeSlow(12);
const came = Buffer.allocUnsafeSlow(SIGNATURE_SIZE);
const computed = Buffer.allocUnsafeSlow(SIGNATURE_SIZE);

/** MessageId, then 32 bits of which the lowest says "server" and the next "CANCEL" (MS-SMB2 3.1.4.1). */
function writeGmacNonce(into: Uint8Array, header: Uint8Array, by: Signer): void {
  for (let index = 0; index < 8; index++) into[index] = header[MESSAGE_ID_OFFSET + index]!;
  const cancel = header[COMMAND_OFFSET] === Command.CANCEL && header[COMMAND_OFFSET + 1] === 0;
  into[8] = (by === 'server' ? 1 : 0) | (cancel ? 2 : 0);
  into.fill(0, 9);
}
