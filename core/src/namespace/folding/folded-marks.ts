const smallest = 16;
/** Memory of one place in the table: a mark of eight bytes, a count of one. */
const bytesPerPlace = 9;
/** A count that is reached stays: nobody knows any more how many there are. */
const many = 255;

/**
 * What many names fold to, told apart by marks of 52 bits: enough to say that there is no such name, which is what making files asks, in a tenth of the memory that names
 * take. A table with open addressing and counts, so that names can go as well.
 */
export class FoldedMarks {
  #marks = new Float64Array(smallest);
  #counts = new Uint8Array(smallest);
  #used = 0;

  get bytes(): number {
    return this.#marks.length * bytesPerPlace;
  }

  /** Whether there may be a name that folds so; `false` is certain. */
  has(folded: string): boolean {
    return this.#counts[this.#placeOf(markOf(folded))] !== 0;
  }

  add(folded: string): void {
    if (this.#used * 4 >= this.#marks.length * 3) this.#grow();
    this.#put(markOf(folded), 1);
  }

  /** Only what was added: a name that was not takes the mark of another along. */
  remove(folded: string): void {
    const place = this.#placeOf(markOf(folded));
    const count = this.#counts[place]!;
    if (count === 0 || count === many) return;
    this.#counts[place] = count - 1;
    if (count === 1) this.#close(place);
  }

  /** Nothing folds so, as somebody has seen. (Of 2^52 pairs of names that fold otherwise one shares a mark: its other half is forgotten with it.) */
  forget(folded: string): void {
    const place = this.#placeOf(markOf(folded));
    if (this.#counts[place] === 0) return;
    this.#counts[place] = 0;
    this.#close(place);
  }

  #put(mark: number, count: number): void {
    const place = this.#placeOf(mark);
    const before = this.#counts[place]!;
    if (before === 0) {
      this.#marks[place] = mark;
      this.#used += 1;
    }
    this.#counts[place] = Math.min(many, before + count);
  }

  /** The place of a mark, or the free one where it would be. */
  #placeOf(mark: number): number {
    const last = this.#marks.length - 1;
    let place = mark & last;
    while (this.#counts[place] !== 0 && this.#marks[place] !== mark) place = (place + 1) & last;
    return place;
  }

  /** Moves up what was put behind the place because it was taken. */
  #close(free: number): void {
    const last = this.#marks.length - 1;
    this.#used -= 1;
    let hole = free;
    for (let place = (hole + 1) & last; this.#counts[place] !== 0; place = (place + 1) & last) {
      const wanted = this.#marks[place]! & last;
      if (((place - wanted) & last) < ((place - hole) & last)) continue;
      this.#marks[hole] = this.#marks[place]!;
      this.#counts[hole] = this.#counts[place]!;
      this.#counts[place] = 0;
      hole = place;
    }
  }

  #grow(): void {
    const [marks, counts] = [this.#marks, this.#counts];
    this.#marks = new Float64Array(marks.length * 2);
    this.#counts = new Uint8Array(counts.length * 2);
    this.#used = 0;
    for (const [place, count] of counts.entries()) if (count !== 0) this.#put(marks[place]!, count);
  }
}

/** 52 bits of a text: two multiplicative hashes with different factors (FNV-1a's and MurmurHash's), the lower 32 of them well mixed for the table's places. */
function markOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
    high ^= high >>> 15;
  }
  low ^= high >>> 13;
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  return (high >>> 12) * 0x1_0000_0000 + ((low ^ (low >>> 13)) >>> 0);
}
