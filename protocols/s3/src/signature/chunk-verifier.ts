import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { hmac, sameSignature } from './signing-key.ts';

/** What the seed signature of a chunked upload hands on to its chunks. */
export interface ChunkSigning {
  readonly signingKey: Uint8Array | KeyObject;
  /** `yyyyMMdd'T'HHmmss'Z'`. */
  readonly timestamp: string;
  readonly scope: string;
  /** Hexadecimal signature of the request's headers. */
  readonly seed: string;
}

const emptyHash = createHash('sha256').digest('hex');

/** Follows the chain of chunk signatures (S3 API Reference, "Transferring payload in multiple chunks"). */
export class ChunkVerifier {
  readonly #signing: ChunkSigning;
  #previous: string;

  constructor(signing: ChunkSigning) {
    this.#signing = signing;
    this.#previous = signing.seed;
  }

  /** @param payloadHash hexadecimal SHA-256 of the chunk's data */
  chunk(payloadHash: string, signature: string): boolean {
    return this.#check('AWS4-HMAC-SHA256-PAYLOAD', `${emptyHash}\n${payloadHash}`, signature);
  }

  /** @param trailerHash hexadecimal SHA-256 of the canonical trailer, `name:value\n` for each line */
  trailer(trailerHash: string, signature: string): boolean {
    return this.#check('AWS4-HMAC-SHA256-TRAILER', trailerHash, signature);
  }

  #check(algorithm: string, hashes: string, signature: string): boolean {
    const { signingKey, timestamp, scope } = this.#signing;
    const right = hmac(signingKey, `${algorithm}\n${timestamp}\n${scope}\n${this.#previous}\n${hashes}`);
    this.#previous = right.toString('hex');
    return sameSignature(signature, right);
  }
}
