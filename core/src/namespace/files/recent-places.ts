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

  /** A name of the file as it is now. */
  of({ volume, volumeName }: MountedShare, file: FileId): Place | undefined {
    const places = this.#volumes.get(volumeName);
    const known = places?.get(file);
    if (places === undefined || known === undefined) return undefined;
    // All changes of names by this head are told here; those of others can be seen where looking does not wait.
    const now = nameNow(volume, known);
    if (now === undefined || now === file) return known;
    places.delete(file);
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
