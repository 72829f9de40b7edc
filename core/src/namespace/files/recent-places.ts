import type { FileId, Name } from '../../spi/index.ts';
import type { Place } from '../../state/file-state.ts';
import type { MountedShare } from '../mounts.ts';

/** Files of one volume whose names are remembered: about 300 bytes each. */
const limit = 16_384;

/**
 * Names that files were lately found by, for events of changes that come by a file's number alone (NFS WRITE). A help, no truth: nobody is told a
 * name that the file does not have, but some changes are told without any.
 */
export class RecentPlaces {
  /** By volume; the longest known first. */
  readonly #volumes = new Map<string, Map<FileId, Place>>();
  /** Bounded by the requests that are under way. */
  readonly #asking = new Set<string>();

  found(volumeName: string, file: FileId, directory: FileId, name: Name): void {
    let places = this.#volumes.get(volumeName);
    if (places === undefined) this.#volumes.set(volumeName, (places = new Map()));
    const known = places.get(file);
    if (known !== undefined) {
      if (known.directory === directory && Buffer.compare(known.name, name) === 0) return;
      places.delete(file);
    } else if (places.size >= limit) {
      for (const oldest of places.keys()) {
        places.delete(oldest);
        break;
      }
    }
    places.set(file, { directory, name: new Uint8Array(name) });
  }

  /** The file has lost this name, if it is the one that is remembered. */
  lost(volumeName: string, file: FileId, directory: FileId, name: Name): void {
    const places = this.#volumes.get(volumeName);
    const known = places?.get(file);
    if (known?.directory === directory && Buffer.compare(known.name, name) === 0) places?.delete(file);
  }

  /** A name of the file as it is now; `'unsure'`: others may have renamed it, which only asking the volume tells (`confirmed`). */
  of({ volume, volumeName }: MountedShare, file: FileId): Place | 'unsure' | undefined {
    const places = this.#volumes.get(volumeName);
    const known = places?.get(file);
    if (places === undefined || known === undefined) return undefined;
    // All changes of names by this head are told here; those of others can be seen where looking does not wait.
    const now = nameNow(volume, known);
    if (now === undefined) return volume.traits.writers === 'shared' ? 'unsure' : known;
    if (now === file) return known;
    places.delete(file);
    return undefined;
  }

  /**
   * The same where the volume has to be asked, for who tells of a change: `tell` is called once it is known. What is told of the same file and kind meanwhile is
   * the same again, and not told.
   */
  async confirmed(
    { volume, volumeName }: MountedShare,
    file: FileId,
    kind: string,
    tell: (place: Place | undefined) => void,
  ): Promise<void> {
    const key = `${volumeName}:${file}:${kind}`;
    if (this.#asking.has(key)) return;
    this.#asking.add(key);
    const known = this.#volumes.get(volumeName)?.get(file);
    const named = known === undefined ? undefined : await meaningOf(volume, known);
    this.#asking.delete(key);
    if (known !== undefined && named !== file) this.lost(volumeName, file, known.directory, known.name);
    tell(named === file ? known : undefined);
  }
}

async function meaningOf(volume: MountedShare['volume'], { directory, name }: Place): Promise<FileId | undefined> {
  try {
    return (await volume.lookup({}, directory, name))?.id;
  } catch {
    // The directory is gone, or the volume: no name to tell of.
    return undefined;
  }
}

/** What the name means; `undefined` where that is not at hand. */
function nameNow(volume: MountedShare['volume'], { directory, name }: Place): FileId | 'nothing' | undefined {
  try {
    const found = volume.lookupNow?.(directory, name);
    return found && (found.attributes?.id ?? 'nothing');
  } catch {
    // The directory is gone, or the volume: no name to tell of.
    return 'nothing';
  }
}
