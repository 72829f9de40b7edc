import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isNoSpace } from './errors.ts';
import { libc } from './libc.ts';

export const ballastFile = 'ballast';

const largest = 16 * 1_048_576;
const smallest = 512 * 1024;
const zeros = new Uint8Array(1_048_576);

/**
 * Room that is kept for removing: a file that is given up when even a removal finds none, since a copy-on-write tree takes pages before
 * it frees some. It is made again when there is twice as much.
 */
export class Ballast {
  readonly #path: string;
  readonly #directory: string;
  /** Bytes that it is to have: a 64th of the host's file system, within bounds. */
  readonly bytes: number;
  #held = false;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, ballastFile);
    const { blocks, bsize } = statfsSync(directory);
    this.bytes = Math.min(largest, Math.max(smallest, Math.floor((blocks * bsize) / 64 / 4096) * 4096));
    if (!existsSync(this.#path)) return;
    const fd = openSync(this.#path, 'r');
    // Allocated, not just long: one that a crash has left half made holds no room.
    this.#held = fstatSync(fd).blocks * 512 >= this.bytes;
    closeSync(fd);
  }

  get held(): boolean {
    return this.#held;
  }

  /** Bytes that the host would still give. */
  available(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }

  /** Its room is the tree's now; false when it was given up before. */
  giveUp(): boolean {
    if (!this.#held) return false;
    this.#held = false;
    try {
      const fd = openSync(this.#path, 'r+');
      try {
        ftruncateSync(fd, 0);
        // A journaling file system gives freed blocks away again only when the journal has them.
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      return true;
    } catch {
      // It holds no data, and whether there is room now is for the commit to find out.
      return false;
    }
  }

  /** Makes it again when there is room for it and as much beside it. */
  async renew(): Promise<void> {
    if (this.#held || this.available() < 2 * this.bytes) return;
    const fd = openSync(this.#path, 'w', 0o600);
    try {
      await fill(fd, this.bytes);
      fsyncSync(fd);
      this.#held = true;
    } catch (error) {
      // Somebody else was faster; what it has got so far goes back.
      ftruncateSync(fd, 0);
      if (!isNoSpace(error)) throw error;
    } finally {
      closeSync(fd);
    }
  }
}

async function fill(fd: number, bytes: number): Promise<void> {
  const native = libc();
  try {
    if (native !== undefined) {
      await native.reserve(fd, 0, bytes, true);
      return;
    }
  } catch (error) {
    if (isNoSpace(error)) throw error;
  }
  for (let at = 0; at < bytes;) at += writeSync(fd, zeros, 0, Math.min(zeros.length, bytes - at), at);
}
