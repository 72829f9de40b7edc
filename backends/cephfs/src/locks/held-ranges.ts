interface Held {
  readonly start: bigint;
  /** Inclusive. */
  readonly end: bigint;
  readonly kind: 'shared' | 'exclusive';
}

/** What one owner has locked of a file, as POSIX has it: what is locked anew takes the place of what was there. */
export class HeldRanges {
  readonly #owners = new Map<bigint, readonly Held[]>();

  get empty(): boolean {
    return this.#owners.size === 0;
  }

  set(owner: bigint, start: bigint, end: bigint, kind: 'shared' | 'exclusive' | 'unlock'): void {
    const rest = (this.#owners.get(owner) ?? []).flatMap((held) => without(held, start, end));
    if (kind !== 'unlock') rest.push({ start, end, kind });
    if (rest.length > 0) this.#owners.set(owner, rest);
    else this.#owners.delete(owner);
  }

  *all(): Generator<Held & { readonly owner: bigint }> {
    for (const [owner, ranges] of this.#owners) for (const held of ranges) yield { owner, ...held };
  }
}

function without(held: Held, start: bigint, end: bigint): Held[] {
  if (end < held.start || start > held.end) return [held];
  const left: Held[] = [];
  if (held.start < start) left.push({ ...held, end: start - 1n });
  if (held.end > end) left.push({ ...held, start: end + 1n });
  return left;
}
