import { hash } from 'node:crypto';

const EMPTY = new Uint8Array(64);

/**
 * PreauthIntegrityHashValue (MS-SMB2 3.3.5.4, 3.3.5.5): a chain of SHA-512 over whole messages, from the SMB2 header on.
 *
 * One runs per connection over both NEGOTIATE messages; each session being set up forks it and goes on with all its
 * SESSION_SETUP messages but the last response.
 */
export class PreauthIntegrity {
  private hash: Uint8Array;

  constructor(hash: Uint8Array = EMPTY) {
    this.hash = hash;
  }

  /** 64 bytes. */
  get value(): Uint8Array {
    return this.hash;
  }

  /** Adds one message, given in parts. */
  add(...parts: readonly Uint8Array[]): void {
    this.hash = hash('sha512', Buffer.concat([this.hash, ...parts]), 'buffer');
  }

  fork(): PreauthIntegrity {
    return new PreauthIntegrity(this.hash);
  }
}
