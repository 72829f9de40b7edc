import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipheriv,
  type KeyObject,
} from 'node:crypto';
import { type Gathered, Reader, Writer } from '@polynas/core/wire';
import { Cipher } from '../messages/negotiate-contexts/encryption.ts';
import {
  TRANSFORM_AAD_OFFSET,
  TRANSFORM_ENCRYPTED,
  TRANSFORM_HEADER_SIZE,
  type TransformHeader,
  transformHeader,
} from '../messages/transform-header.ts';
import { type DirectGcm, directGcm, type Sealing, TAG } from './direct-gcm.ts';

/** Bytes given to the cipher at once: its output is fresh memory, which is cheaper in pieces that the allocator has at hand. */
const STEP = 128 * 1024;

interface Suite {
  readonly name: 'aes-128-ccm' | 'aes-128-gcm' | 'aes-256-ccm' | 'aes-256-gcm';
  readonly nonceBytes: number;
}

/** Node's names and the used part of Nonce (MS-SMB2 2.2.41). */
const suites = {
  [Cipher.AES_128_CCM]: { name: 'aes-128-ccm', nonceBytes: 11 },
  [Cipher.AES_128_GCM]: { name: 'aes-128-gcm', nonceBytes: 12 },
  [Cipher.AES_256_CCM]: { name: 'aes-256-ccm', nonceBytes: 11 },
  [Cipher.AES_256_GCM]: { name: 'aes-256-gcm', nonceBytes: 12 },
} as const satisfies Record<Cipher, Suite>;

/** Seals and opens the frames of one session (MS-SMB2 3.1.4.3, 3.3.5.2.1). */
export class Encryption {
  private readonly suite: Suite;
  private readonly sessionId: bigint;
  private readonly encryptionKey: KeyObject;
  private readonly decryptionKey: KeyObject;
  private readonly direct: Direct | undefined;
  private counter = 0n;

  /** @param gcm `null` for Node's own */
  constructor(
    cipher: Cipher,
    sessionId: bigint,
    encryptionKey: Uint8Array,
    decryptionKey: Uint8Array,
    gcm: DirectGcm | null = directGcm(),
  ) {
    this.suite = suites[cipher];
    if (!isCcm(this.suite.name) && gcm !== null) {
      this.direct = { gcm, sealing: Buffer.from(encryptionKey), opening: Buffer.from(decryptionKey) };
    }
    this.sessionId = sessionId;
    this.encryptionKey = createSecretKey(encryptionKey);
    this.decryptionKey = createSecretKey(decryptionKey);
  }

  /**
   * The frame, TRANSFORM_HEADER first, that carries `message`: all messages of a compound together.
   *
   * The nonce is a count: it never comes again under this key, which random ones could.
   *
   * @param ours buffers that nobody else looks at until the frame is sent. What lies in one is sealed in its place: ciphertext in fresh memory would
   *   live until it is sent and collected, which costs a large READ more than its cipher
   */
  seal(message: Gathered, ours: readonly Uint8Array[] = NONE): Gathered {
    const nonce = new Uint8Array(16);
    new DataView(nonce.buffer).setBigUint64(0, this.counter, true);
    this.counter += 1n;
    return this.sealWith(nonce, message, ours);
  }

  /** {@link seal} under a nonce of 16 bytes, of which the rest beyond the cipher's own length is sent as it is. */
  sealWith(nonce: Uint8Array, message: Gathered, ours: readonly Uint8Array[] = NONE): Gathered {
    const w = new Writer(TRANSFORM_HEADER_SIZE);
    transformHeader.write(w, {
      signature: NO_TAG,
      nonce,
      originalMessageSize: message.length,
      flags: TRANSFORM_ENCRYPTED,
      sessionId: this.sessionId,
    });
    const head = w.finish().parts[0]!;
    const iv = nonce.subarray(0, this.suite.nonceBytes);
    const parts: Uint8Array[] = [head];
    if (this.direct !== undefined) {
      const sealings = message.parts.map((part): Sealing => ({ from: part, to: placeFor(part, ours) }));
      const { gcm, sealing } = this.direct;
      gcm.seal(sealing, iv, head.subarray(TRANSFORM_AAD_OFFSET), sealings, head.subarray(4, 4 + TAG));
      for (const { to } of sealings) parts.push(to);
    } else if (isCcm(this.suite.name)) {
      // CCM takes the message in one piece only.
      const cipher = createCipheriv(this.suite.name, this.encryptionKey, iv, { authTagLength: TAG });
      cipher.setAAD(head.subarray(TRANSFORM_AAD_OFFSET), { plaintextLength: message.length });
      parts.push(cipher.update(message.parts.length === 1 ? message.parts[0]! : Buffer.concat(message.parts)));
      cipher.final();
      head.set(cipher.getAuthTag(), 4);
    } else {
      const cipher = createCipheriv(this.suite.name, this.encryptionKey, iv, { authTagLength: TAG });
      cipher.setAAD(head.subarray(TRANSFORM_AAD_OFFSET));
      for (const part of message.parts) {
        if (isOurs(part, ours)) {
          inPlace(cipher, part);
          parts.push(part);
        } else {
          for (let at = 0; at < part.length; at += STEP) parts.push(cipher.update(part.subarray(at, at + STEP)));
        }
      }
      cipher.final();
      head.set(cipher.getAuthTag(), 4);
    }
    return { parts, length: TRANSFORM_HEADER_SIZE + message.length };
  }

  /**
   * What `frame`, TRANSFORM_HEADER included, carries, in the place where it lay sealed: memory of its own would cost a large WRITE as much as its
   * cipher. `undefined` when it was not sealed for this session, or was changed on its way; then the frame is spoilt.
   */
  open(frame: Uint8Array): Uint8Array | undefined {
    const head = transformHeader.read(new Reader(frame));
    const sealed = frame.subarray(TRANSFORM_HEADER_SIZE);
    if (!this.fits(head, sealed.length)) return undefined;
    const iv = head.nonce.subarray(0, this.suite.nonceBytes);
    const aad = frame.subarray(TRANSFORM_AAD_OFFSET, TRANSFORM_HEADER_SIZE);
    if (this.direct !== undefined) {
      const { gcm, opening } = this.direct;
      return gcm.open(opening, iv, aad, sealed, head.signature) ? sealed : undefined;
    }
    if (isCcm(this.suite.name)) {
      const decipher = createDecipheriv(this.suite.name, this.decryptionKey, iv, { authTagLength: TAG });
      decipher.setAuthTag(head.signature);
      decipher.setAAD(aad, { plaintextLength: sealed.length });
      return orUndefined(() => {
        // CCM takes the message in one piece only; it is `update` that notices a wrong tag.
        sealed.set(decipher.update(sealed));
        decipher.final();
        return sealed;
      });
    }
    const decipher = createDecipheriv(this.suite.name, this.decryptionKey, iv, { authTagLength: TAG });
    decipher.setAuthTag(head.signature);
    decipher.setAAD(aad);
    inPlace(decipher, sealed);
    return orUndefined(() => {
      decipher.final();
      return sealed;
    });
  }

  private fits(head: TransformHeader, sealedBytes: number): boolean {
    return (
      head.sessionId === this.sessionId &&
      head.flags === TRANSFORM_ENCRYPTED &&
      head.originalMessageSize === sealedBytes &&
      sealedBytes > 0
    );
  }
}

const NO_TAG = new Uint8Array(TAG);
const NONE: readonly Uint8Array[] = [];

/** With the keys as it needs them. */
interface Direct {
  readonly gcm: DirectGcm;
  readonly sealing: Uint8Array;
  readonly opening: Uint8Array;
}

function isOurs(part: Uint8Array, ours: readonly Uint8Array[]): boolean {
  return ours.some((buffer) => buffer.buffer === part.buffer);
}

function placeFor(part: Uint8Array, ours: readonly Uint8Array[]): Uint8Array {
  return isOurs(part, ours) ? part : Buffer.allocUnsafe(part.length);
}

/** Only for ciphers that give out as many bytes as they take, at once. */
function inPlace(cipher: Cipheriv | Decipheriv, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += STEP) bytes.set(cipher.update(bytes.subarray(at, at + STEP)), at);
}

function isCcm(name: Suite['name']): name is 'aes-128-ccm' | 'aes-256-ccm' {
  return name === 'aes-128-ccm' || name === 'aes-256-ccm';
}

/** A wrong tag is OpenSSL's one failure once keys and lengths are right. */
function orUndefined(decrypted: () => Uint8Array): Uint8Array | undefined {
  try {
    return decrypted();
  } catch {
    return undefined;
  }
}
