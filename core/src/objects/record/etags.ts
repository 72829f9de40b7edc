import type { Clock } from '../../clock.ts';
import { waitFor } from '../../access/patience.ts';
import type { HandleCache, MountedShare } from '../../namespace/mounts.ts';
import type { Sidecars } from '../../namespace/sidecars.ts';
import type { ObjectMetadata } from '../../service/index.ts';
import type { Attributes, Call } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { KeyedMutex } from '../../namespace/keyed-mutex.ts';
import type { ContentHasher } from '../content/hasher.ts';
import { etagOfParts } from './etag-of-parts.ts';
import { recordLock } from './known-contents.ts';
import { hashContent } from './hash-content.ts';
import { Places } from './places.ts';
import type { ObjectRecord } from './record-codec.ts';
import { isValid, loadRecord, presentMetadata, readRecord, storeRecord } from './store-record.ts';
import { stampEtag, stampOfContent } from './stamps.ts';
import { recordXattr } from './xattr-names.ts';

/** A record whose etag is that of the content in `file`. */
export interface Known {
  readonly file: Attributes;
  readonly record: ObjectRecord & { readonly etag: string };
}

export const noMetadata: ObjectMetadata = { headers: {}, user: {} };

/** Files that are hashed at the same time, of all callers together, of each class: hashing is for who waits, not for the whole machine. */
const maxHashing = 4;
/** Small files do not wait behind large ones. Bytes. */
const smallContent = 4 * 1_048_576;
/** Times that a content may change under the hashing before its stamp has to do as an etag. */
const maxAttempts = 3;

/** `StateTable.writesSettled`. */
export type WritesSettled = (volume: string, file: bigint) => Promise<void> | undefined;

/** Etags of contents, hashed when somebody asks and kept with the content's stamp. */
export class Etags {
  readonly #clock: Clock;
  readonly #handles: HandleCache;
  readonly #sidecars: Sidecars;
  readonly #mutex: KeyedMutex;
  readonly #writesSettled: WritesSettled;
  readonly #hasher: ContentHasher;
  readonly #flights = new Map<string, Promise<Known>>();
  readonly #small = new Places(maxHashing);
  readonly #large = new Places(maxHashing);

  constructor(
    clock: Clock,
    handles: HandleCache,
    sidecars: Sidecars,
    mutex: KeyedMutex,
    writesSettled: WritesSettled,
    hasher: ContentHasher,
  ) {
    this.#clock = clock;
    this.#handles = handles;
    this.#sidecars = sidecars;
    this.#mutex = mutex;
    this.#writesSettled = writesSettled;
    this.#hasher = hasher;
  }

  /**
   * The record of a regular file with a valid etag; many who ask about one content wait for one hashing.
   *
   * @param whole the MD5 of the whole is wanted, too, where it is another than the etag
   */
  async of(mount: MountedShare, call: Call, file: Attributes, whole = false): Promise<Known> {
    const record = await loadRecord(mount.volume, call, file);
    if (isValid(record, file) && record.etag !== undefined && (!whole || record.digest !== undefined)) {
      return { file, record: { ...record, etag: record.etag } };
    }
    const key = `${mount.volumeName}:${file.id}:${stampOfContent(file)}`;
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = this.#hash(mount, file).finally(() => this.#flights.delete(key));
      this.#flights.set(key, flight);
    }
    return waitFor(this.#clock, call, flight);
  }

  async #hash(mount: MountedShare, first: Attributes): Promise<Known> {
    const places = first.size <= smallContent ? this.#small : this.#large;
    return places.run(async () => {
      let file = first;
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const digest = await hashContent(mount.volume, this.#handles, this.#hasher, file);
        const known = await loadRecord(mount.volume, {}, file);
        const composed = isValid(known, file)
          ? undefined
          : await etagOfParts(this.#sidecars, mount, this.#handles, this.#hasher, file, known);
        // A backend moves the stamp after it has written the bytes: what was read under the old one shows then.
        await this.#writesSettled(mount.volumeName, file.id);
        const after = await mount.volume.getattr({}, file.id);
        const unchanged = stampOfContent(after) === stampOfContent(file);
        file = after;
        if (unchanged) return this.#keep(mount, file, { digest, composed });
      }
      const old = await loadRecord(mount.volume, {}, file);
      return { file, record: unhashed(file, old === undefined ? noMetadata : presentMetadata(old, file)) };
    });
  }

  /** Stores what was found, unless the content has changed by then: its record may be a PUT's, which is not ours to overwrite. */
  async #keep(mount: MountedShare, file: Attributes, found: Found): Promise<Known> {
    const { volume, volumeName } = mount;
    return this.#mutex.run({}, recordLock(volumeName, file.id), async () => {
      const stored = await volume.getxattr({}, file.id, recordXattr);
      const old = readRecord(stored);
      const record = rehashed(file, found, old);
      // What a later version wrote, or what is damaged: user metadata may be had from it yet, an etag is found out again.
      if (stored !== undefined && old === undefined) return { file, record };
      const now = await volume.getattr({}, file.id);
      if (stampOfContent(now) !== stampOfContent(file)) return { file, record };
      try {
        return { file: await storeRecord(volume, {}, now, record), record };
      } catch (error) {
        // What cannot be kept is found out again.
        if (error instanceof StorageError && passing.has(error.code)) return { file, record };
        throw error;
      }
    });
  }
}

const passing: ReadonlySet<string> = new Set(['readOnly', 'noSpace', 'quotaExceeded', 'stale', 'tooLarge']);

/** What was found of a content. */
interface Found {
  readonly digest: Uint8Array;
  /** Its etag as one of the parts that it was known to have. */
  readonly composed: string | undefined;
}

/** The same bytes written again keep etag, checksums and parts; other bytes keep the metadata alone, and of that no expiry. */
function rehashed(file: Attributes, { digest, composed }: Found, old: ObjectRecord | undefined): Known['record'] {
  const stamp = stampOfContent(file);
  const etag = Buffer.from(digest).toString('hex');
  if (old === undefined) return { stamp, size: file.size, etag, digest, metadata: noMetadata, parts: 0 };
  const { etag: before } = old;
  if (before !== undefined && (before === composed || isDigestOf(old, digest) || isValid(old, file))) {
    return { ...old, stamp, size: file.size, etag: before, digest };
  }
  return { stamp, size: file.size, etag, digest, metadata: presentMetadata(old, file), parts: 0 };
}

function isDigestOf(old: ObjectRecord, digest: Uint8Array): boolean {
  return old.digest !== undefined && Buffer.compare(old.digest, digest) === 0;
}

function unhashed(file: Attributes, metadata: ObjectMetadata): Known['record'] {
  return { stamp: stampOfContent(file), size: file.size, etag: stampEtag(file), metadata, parts: 0 };
}
