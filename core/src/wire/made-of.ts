/**
 * What was made of objects that never change, by the object: where the same object is met again, nothing has to be made anew. It goes with its object, and earlier when all
 * together takes too much: an older half is dropped at once when the younger one is full.
 */
export class MadeOf<Of extends WeakKey, Made> {
  private readonly limit: number;
  private young = new WeakMap<Of, Made>();
  private old = new WeakMap<Of, Made>();
  private youngBytes = 0;

  /** @param limit bytes that all of it may take */
  constructor(limit: number) {
    this.limit = limit;
  }

  get(of: Of): Made | undefined {
    return this.young.get(of) ?? this.old.get(of);
  }

  /** It was of use: keeps it for longer. */
  used(of: Of, made: Made, bytes: number): void {
    if (!this.young.has(of)) this.set(of, made, bytes);
  }

  /** @param bytes memory that it takes, about; what takes more than half of the limit is not kept */
  set(of: Of, made: Made, bytes: number): void {
    if (bytes > this.limit / 2) return;
    if (this.youngBytes + bytes > this.limit / 2) {
      this.old = this.young;
      this.young = new WeakMap();
      this.youngBytes = 0;
    }
    this.young.set(of, made);
    this.youngBytes += bytes;
  }
}
