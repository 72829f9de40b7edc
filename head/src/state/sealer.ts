import { createCipheriv, createDecipheriv } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;
const prefix = 'v1.';

/** Seals secrets at rest with AES-256-GCM under a key of the head. A sealed text opens only for the purpose it was sealed for. */
export class Sealer {
  readonly #key: Uint8Array;
  readonly #random: (length: number) => Uint8Array;

  /** `key`: 32 bytes. */
  constructor(key: Uint8Array, random: (length: number) => Uint8Array) {
    this.#key = key;
    this.#random = random;
  }

  seal(plain: string, purpose: string): string {
    const nonce = this.#random(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return prefix + sealed.toString('base64url');
  }

  /** `undefined`: sealed under another key or for another purpose, or damaged. */
  open(sealed: string, purpose: string): string | undefined {
    if (!sealed.startsWith(prefix)) return undefined;
    const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
    if (bytes.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes));
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(bytes.length - tagBytes));
    try {
      return (
        decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      // Forged, damaged, or of another key.
      return undefined;
    }
  }
}
