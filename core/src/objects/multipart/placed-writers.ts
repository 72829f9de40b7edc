/** Who writes in place now. In memory: after a crash nobody does. */
export class PlacedWriters {
  /** Part numbers by upload; `'sealed'` while the upload is put together. Bounded by the requests that are under way. */
  readonly #uploads = new Map<string, Set<number> | 'sealed'>();

  /** `false`: the part is being written already, or the content is becoming an object. */
  enter(upload: string, number: number): boolean {
    const writing = this.#uploads.get(upload) ?? new Set();
    if (writing === 'sealed' || writing.has(number)) return false;
    this.#uploads.set(upload, writing.add(number));
    return true;
  }

  leave(upload: string, number: number): void {
    const writing = this.#uploads.get(upload);
    if (writing === undefined || writing === 'sealed') return;
    writing.delete(number);
    if (writing.size === 0) this.#uploads.delete(upload);
  }

  /** Nobody writes into the content from now on; `false` while somebody does. */
  seal(upload: string): boolean {
    if (this.#uploads.has(upload)) return false;
    this.#uploads.set(upload, 'sealed');
    return true;
  }

  unseal(upload: string): void {
    if (this.#uploads.get(upload) === 'sealed') this.#uploads.delete(upload);
  }
}
