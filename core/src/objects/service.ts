import type { FileParts } from '../namespace/files/parts.ts';
import type { ImplicitTest } from '../namespace/shares/tree.ts';
import type { RandomSource } from '../clock.ts';
import type { ObjectService, ShareId, ShareService } from '../service/index.ts';
import { isStorageError } from '../spi/index.ts';
import type { ContentHasher } from './content/hasher.ts';
import { inlineHasher } from './content/hasher.ts';
import { GatherBudget } from './content/gather-budget.ts';
import { Expiries } from './expiry/expiries.ts';
import { removeExpired } from './expiry/remove-expired.ts';
import { list } from './list/list.ts';
import { NameLists } from './list/name-lists.ts';
import { ShownPages } from './list/shown-pages.ts';
import { abortUpload } from './multipart/abort-upload.ts';
import { completeUpload } from './multipart/complete-upload.ts';
import { CompletedUploads } from './multipart/completed-uploads.ts';
import { copyPart } from './multipart/copy-part.ts';
import { createUpload } from './multipart/create-upload.ts';
import { listParts } from './multipart/list-parts.ts';
import { listUploads } from './multipart/list-uploads.ts';
import { openUpload } from './multipart/open-upload.ts';
import { PlacedWriters } from './multipart/placed-writers.ts';
import { putPart } from './multipart/put-part.ts';
import { buckets } from './operations/buckets.ts';
import { compose } from './operations/compose.ts';
import { copy } from './operations/copy.ts';
import { remove } from './operations/delete.ts';
import { get } from './operations/get.ts';
import { head } from './operations/head.ts';
import { manifest } from './operations/manifest.ts';
import { put } from './operations/put.ts';
import { setMetadata } from './operations/set-metadata.ts';
import type { ObjectParts } from './parts.ts';
import { storedFor } from './record/key-of-expiry.ts';
import { Etags } from './record/etags.ts';
import { Conversions } from './tree/conversions.ts';
import { Occupants } from './tree/occupants.ts';
import { isImplicit } from './tree/remove-directories.ts';
import { Usage } from './usage/usage.ts';

export interface ObjectServiceOptions extends FileParts {
  readonly shares: Pick<ShareService, 'list'>;
  readonly random: RandomSource;
  /** Told of what goes wrong without a caller to tell; must not throw. */
  readonly report: (error: unknown) => void;
  /** Bytes that each part of an upload but the last has at least; 5 MiB, as S3 says, when absent. */
  readonly minimumPartSize?: number;
  /** What hashes contents; the event loop does when absent. */
  readonly contentHasher?: ContentHasher;
}

export interface Objects extends ObjectService {
  /** Directories that only object PUTs have made, for those who ask whether a share is empty. */
  readonly isImplicit: ImplicitTest;
  /** Forgets what is known of all other shares. */
  keepOnly(shares: ReadonlySet<ShareId>): void;
  /** Removes what a crash has left in the system directories of all shares; at start, before or beside the doors. Gives the number of entries. */
  sweep(): Promise<number>;
  /** Removes the objects of all shares whose time has come; gives their number. */
  removeExpired(): Promise<number>;
}

const fiveMiB = 5 * 1024 * 1024;

export function createObjectService(options: ObjectServiceOptions): Objects {
  const { handles, clock, mounts, contentHasher = inlineHasher } = options;
  const { mutex } = options.contents;
  const { system } = options;
  const completed = new CompletedUploads(system, handles);
  const lists = new NameLists(clock);
  options.folded.alsoTell((...change) => lists.note(...change));
  const parts: ObjectParts = {
    ...options,
    mutex,
    system,
    expiries: new Expiries(system, lists, clock),
    conversions: new Conversions(),
    occupants: new Occupants(),
    etags: new Etags(
      clock,
      handles,
      options.sidecars,
      mutex,
      (volume, file) => options.table.writesSettled(volume, file),
      contentHasher,
    ),
    lists,
    shown: new ShownPages(),
    gathering: new GatherBudget(),
    contentHasher,
    placed: new PlacedWriters(),
    minimumPartSize: options.minimumPartSize ?? fiveMiB,
  };
  const usage = new Usage(parts);
  return {
    buckets: (caller) => buckets(parts, caller),
    put: (caller, share, key, body, metadata, conditions) =>
      put(parts, caller, share, key, body, storedFor(key, metadata), conditions),
    head: (...given) => head(parts, ...given),
    get: (...given) => get(parts, ...given),
    delete: (caller, share, key, conditions) => remove(parts, caller, share, key, conditions),
    setMetadata: (...given) => setMetadata(parts, ...given),
    copy: (...given) => copy(parts, ...given),
    list: (...given) => list(parts, ...given),
    usage: (...given) => usage.of(...given),
    keepOnly: (shares) => usage.keepOnly(shares),
    compose: (...given) => compose(parts, ...given),
    manifest: (...given) => manifest(parts, ...given),
    createUpload: (...given) => createUpload(parts, ...given),
    upload: async (caller, share, key, id) => (await openUpload(parts, mounts.get(share), caller, key, id)).upload,
    putPart: (...given) => putPart(parts, ...given),
    copyPart: (...given) => copyPart(parts, ...given),
    listParts: (...given) => listParts(parts, ...given),
    completeUpload: (...given) => completeUpload(parts, completed, ...given),
    abortUpload: (...given) => abortUpload(parts, ...given),
    listUploads: (...given) => listUploads(parts, ...given),
    isImplicit: (mount, directory) => isImplicit(mount, {}, directory),
    sweep: async () => {
      let removed = 0;
      for (const mount of mounts.all()) {
        try {
          removed += await system.sweep(mount);
        } catch (error) {
          // A share that was removed, or whose volume does not serve now: nothing can be swept there.
          if (!isStorageError(error, 'stale') && !isStorageError(error, 'unavailable')) throw error;
        }
      }
      return removed;
    },
    removeExpired: async () => {
      let removed = 0;
      for (const mount of mounts.all()) removed += await removeExpired(parts, mount);
      return removed;
    },
  };
}
