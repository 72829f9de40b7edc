import type { FileId } from '@polynas/core/spi';
import type { OpenFile } from './open-file.ts';

/**
 * Files that nobody has open any more, or not yet, and that stay open in CephFS for a while: opening one for writing again is a request to the MDS, and waits for its journal. The longest unused
 * are closed first.
 */
export class IdleFiles {
  readonly #limit: number;
  readonly #files = new Map<FileId, OpenFile>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Closes it where there is no room. */
  add(file: OpenFile): void {
    this.#files.set(file.id, file);
    if (this.#files.size <= this.#limit) return;
    for (const [id, oldest] of this.#files) {
      this.#files.delete(id);
      oldest.close();
      return;
    }
  }

  /** For somebody who opens it. */
  take(id: FileId): OpenFile | undefined {
    const file = this.#files.get(id);
    this.#files.delete(id);
    return file;
  }
}
