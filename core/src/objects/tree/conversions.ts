import { isStorageError } from '../../spi/index.ts';
import type { FileId, Name, Volume } from '../../spi/index.ts';
import { lookup } from '../../namespace/look.ts';

/** A rename between two names that stand for the same key, in one directory. */
export interface Conversion {
  readonly volume: Volume;
  readonly directory: FileId;
  readonly from: Name;
  readonly file: FileId;
}

/**
 * Knows of renames between the plain and the alternate name of a key's file. Who found a file under neither name looks again when
 * one was under way: it may have been missed on its way.
 */
export class Conversions {
  readonly #running = new Set<Conversion>();
  #ended = 0;
  #looks = 0;
  readonly #waiting: (() => void)[] = [];

  async during<T>(conversion: Conversion, work: () => Promise<T>): Promise<T> {
    while (this.#looks > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running.add(conversion);
    try {
      return await work();
    } finally {
      this.#running.delete(conversion);
      this.#ended += 1;
    }
  }

  /** Taken before looking; `unmoved` tells after it whether nothing can have been missed. */
  mark(): number {
    return this.#running.size > 0 ? -1 : this.#ended;
  }

  unmoved(mark: number): boolean {
    return mark === this.mark() && mark >= 0;
  }

  /**
   * A look that missed nothing, for who was overtaken again and again: none begins meanwhile, and for each of those under way that comes to its
   * end there is one more look. The look must not wait for a conversion.
   */
  async without<T>(look: () => Promise<T>): Promise<T> {
    this.#looks += 1;
    try {
      for (;;) {
        const waiting = await unmovedOf([...this.#running]);
        const seen = await look();
        if ((await unmovedOf(waiting)).length === waiting.length) return seen;
      }
    } finally {
      this.#looks -= 1;
      for (const proceed of this.#waiting.splice(0)) proceed();
    }
  }
}

/** Those whose files still have the names that they come from. */
async function unmovedOf(conversions: readonly Conversion[]): Promise<readonly Conversion[]> {
  const found: Conversion[] = [];
  for (const conversion of conversions) if (!(await hasMoved(conversion))) found.push(conversion);
  return found;
}

async function hasMoved({ volume, directory, from, file }: Conversion): Promise<boolean> {
  try {
    return (await lookup(volume, {}, directory, from))?.id !== file;
  } catch (error) {
    // The directory is gone, and the file with it.
    if (isStorageError(error, 'stale')) return true;
    throw error;
  }
}
