import type { KeyObject } from 'node:crypto';
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { CredentialScope } from './claim.ts';

export function deriveSigningKey(secret: string, scope: CredentialScope): Buffer {
  const date = hmac(`AWS4${secret}`, scope.date);
  return hmac(hmac(hmac(date, scope.region), scope.service), scope.terminal);
}

/** Under a key that is used again, a `KeyObject` makes it 2 µs instead of 11. */
export function hmac(key: string | Uint8Array | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Compares in constant time a signature as sent with the one that is right. */
export function sameSignature(sent: string, right: Uint8Array): boolean {
  if (!/^[0-9a-f]{64}$/.test(sent)) return false;
  return timingSafeEqual(Buffer.from(sent, 'hex'), right);
}

/** Derived keys of the last users, so that a request costs one HMAC and not five. */
export class SigningKeyCache {
  readonly #capacity: number;
  readonly #keys = new Map<string, { readonly secret: string; readonly key: KeyObject }>();

  constructor(capacity = 1024) {
    this.#capacity = capacity;
  }

  get(secret: string, scope: CredentialScope): KeyObject {
    const id = `${scope.accessKeyId}\n${scope.date}\n${scope.region}`;
    const cached = this.#keys.get(id);
    // A rotated secret must not go on working.
    if (cached !== undefined && cached.secret === secret) return cached.key;
    this.#keys.delete(id);
    const key = createSecretKey(deriveSigningKey(secret, scope));
    this.#keys.set(id, { secret, key });
    if (this.#keys.size > this.#capacity) {
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest);
        break;
      }
    }
    return key;
  }
}
