import { lookup } from '../../namespace/look.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { FileId, Name } from '../../spi/index.ts';

/** Names that one listing gives: as many removals may follow before the next one. */
const namesOfOne = 64;
/** Directories of which names are remembered, those that were asked about last. */
const maxDirectories = 256;

/**
 * Whether a directory is empty, which every end of a key asks: answered by a name that was seen there and still means something, without listing it. Names
 * are but guesses; each is looked up.
 */
export class Occupants {
  readonly #seen = new Map<string, Set<Name>>();

  /** Rejected with `stale` when the directory is gone. */
  async isEmpty(mount: MountedShare, directory: FileId): Promise<boolean> {
    const { volume, volumeName } = mount;
    const key = `${volumeName}:${directory}`;
    const seen = this.#seen.get(key);
    this.#seen.delete(key);
    if (seen !== undefined) {
      for (const name of seen) {
        this.#remember(key, seen);
        if ((await lookup(volume, {}, directory, name)) !== undefined) return false;
        seen.delete(name);
      }
    }
    const { entries } = await volume.readdir({}, directory, 0n, { limit: namesOfOne, attributes: false });
    // The last of a page is likely to be removed last.
    if (entries.length > 0) this.#remember(key, new Set(entries.map(({ name }) => name).toReversed()));
    else this.#seen.delete(key);
    return entries.length === 0;
  }

  #remember(key: string, names: Set<Name>): void {
    this.#seen.set(key, names);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= maxDirectories) return;
      this.#seen.delete(oldest);
    }
  }
}
