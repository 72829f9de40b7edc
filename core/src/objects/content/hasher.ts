import { createHash } from 'node:crypto';

/** What contents are hashed with. */
export type ContentHash = 'md5';

/** Bytes of content up to which hashing takes less of the event loop than asking another thread for it does, latency counted (docs/decisions/hashing-threads.md). */
export const littleContent = 131_072;

/** Hashes contents. Core may start no threads: the head hands in one that does, and `inlineHasher` is what there is without. */
export interface ContentHasher {
  /** Memory of `length` bytes that hashes read where it is, without a copy. What it holds is arbitrary. */
  takeMemory(length: number): Uint8Array;
  /** What `takeMemory` gave, when nobody reads or writes it any more. */
  giveBackMemory(memory: Uint8Array): void;
  /** `bytes`: at least so many are likely to come; a guess that decides where they are hashed. Never throws. */
  start(hash: ContentHash, bytes: number): RunningHash;
}

/** One content. The caller has one update under way at a time, which is what bounds the bytes in flight. */
export interface RunningHash {
  /**
   * Goes on with `bytes`, which must stay as they are until the promise settles; `undefined`: they are done already.
   * Rejects (`unavailable`) when the hash is lost, and `digest` then does too. Never throws.
   */
  update(bytes: Uint8Array): Promise<void> | undefined;
  /** Once, after the last update has settled. */
  digest(): Promise<Uint8Array>;
  /** Nobody will ask for the digest. An update that is under way settles all the same. Harmless after `digest`. */
  abandon(): void;
}

/** MD5 of 64 KiB takes 80 µs (docs/decisions/object-hashing.md): the event loop is held no longer than that at a time. */
const sliceBytes = 65_536;

/** Hashes on the event loop, in slices. */
export const inlineHasher: ContentHasher = {
  takeMemory: (length) => Buffer.allocUnsafeSlow(length),
  giveBackMemory: () => undefined,
  start: (algorithm) => {
    const hash = createHash(algorithm);
    const inSlices = async (bytes: Uint8Array): Promise<void> => {
      for (let at = 0; at < bytes.length; at += sliceBytes) {
        if (at > 0) await new Promise(setImmediate);
        hash.update(bytes.subarray(at, at + sliceBytes));
      }
    };
    return {
      update: (bytes) => {
        if (bytes.length > sliceBytes) return inSlices(bytes);
        hash.update(bytes);
        return undefined;
      },
      digest: async () => hash.digest(),
      abandon: () => undefined,
    };
  },
};
