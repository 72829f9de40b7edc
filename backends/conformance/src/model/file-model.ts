interface Write {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly stable: boolean;
}

/**
 * What one file must hold: its bytes as every reader sees them now, and what may be left of them after a crash. Naive
 * on purpose: a byte array, and the list of writes since the last sync.
 */
export class FileModel {
  /** What readers see. */
  current = new Uint8Array();
  /** What the last sync made stable; size changes are applied to it at once, as they are stable when answered. */
  #stable = new Uint8Array();
  #writes: Write[] = [];

  write(offset: number, bytes: Uint8Array, stable: boolean): void {
    if (bytes.length === 0) return;
    this.current = written(this.current, offset, bytes);
    this.#writes.push({ offset, bytes, stable });
  }

  sync(): void {
    this.#stable = this.current.slice();
    this.#writes = [];
  }

  truncate(size: number): void {
    this.current = resized(this.current, size);
    this.#stable = resized(this.#stable, size);
    this.#writes = this.#writes
      .filter((write) => write.offset < size)
      .map((write) => ({ ...write, bytes: write.bytes.subarray(0, size - write.offset) }));
  }

  get hasUnstable(): boolean {
    return this.#writes.some((write) => !write.stable);
  }

  copy(): FileModel {
    const copy = new FileModel();
    copy.current = this.current;
    copy.#stable = this.#stable;
    copy.#writes = [...this.#writes];
    return copy;
  }

  /** Why `found` cannot be what a crash left, or `undefined` when it can. */
  objection(found: Uint8Array): string | undefined {
    const ends = this.#writes.filter((write) => write.stable).map((write) => write.offset + write.bytes.length);
    const least = Math.max(this.#stable.length, ...ends);
    if (found.length < least) return `${found.length} bytes, though ${least} are stable`;
    if (found.length > this.current.length) return `${found.length} bytes, though ${this.current.length} were written`;
    for (let at = 0; at < found.length; at += 1) {
      if (!this.#candidates(at).includes(found[at] ?? 0))
        return `byte ${at} is ${found[at]}, which it never was since the last sync`;
    }
    return undefined;
  }

  /** The values that the byte may have: the stable one, and each unstable one that was written over it since. */
  #candidates(at: number): number[] {
    let candidates = [this.#stable[at] ?? 0];
    for (const { offset, bytes, stable } of this.#writes) {
      const value = bytes[at - offset];
      if (value === undefined) continue;
      if (stable) candidates = [value];
      else candidates.push(value);
    }
    return candidates;
  }
}

function resized(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, size));
  return result;
}

function written(bytes: Uint8Array, offset: number, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = resized(bytes, Math.max(bytes.length, offset + chunk.length));
  result.set(chunk, offset);
  return result;
}
