import { requireRights } from '../../access/checks.ts';
import { compareKeys, parseKey } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, MultipartUpload, ShareId } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import { isStorageError } from '../../spi/index.ts';
import { entriesIn } from '../../namespace/system-directory.ts';
import type { ObjectParts } from '../parts.ts';
import { attributesNow } from '../../namespace/look.ts';
import { lookAgain } from '../tree/look-again.ts';
import { walk } from '../tree/walk.ts';
import { isOwner, loadUpload } from './open-upload.ts';

export interface UploadsRequest {
  readonly prefix: string;
  readonly delimiter: string;
  readonly afterKey: string;
  readonly afterId: string;
  readonly limit: number;
}

export interface UploadsPage {
  readonly items: readonly (
    | { readonly kind: 'upload'; readonly upload: MultipartUpload }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  readonly next?: { readonly key: string; readonly id: string };
}

type Item = UploadsPage['items'][number];

/**
 * Whoever may list the share's top sees its uploads where they see objects: in directories that they may list. Their own they
 * see everywhere. They are few: each page looks at all of them and keeps only its own.
 */
export async function listUploads(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  request: UploadsRequest,
): Promise<UploadsPage> {
  const mount = parts.mounts.get(share);
  const top = await attributesNow(mount.volume, caller, mount.share.root);
  requireRights(caller.principal, top, access.readData | access.execute);
  const uploads = await parts.system.uploadsIfThere(mount, caller);
  if (uploads === undefined || request.limit === 0) return { items: [] };
  const page = new Page(request.limit);
  const open = new OpenDirectories(mount, caller);
  for await (const entry of entriesIn(mount, uploads)) {
    const upload = await loadUpload(mount, caller, entry.id, Buffer.from(entry.name).toString());
    const item = upload && itemOf(upload, request);
    if (item !== undefined && (isOwner(mount, caller, upload!) || (await open.has(upload!.key)))) page.add(item);
  }
  return page.end();
}

function itemOf(upload: MultipartUpload, { prefix, delimiter, afterKey, afterId }: UploadsRequest): Item | undefined {
  if (!upload.key.startsWith(prefix)) return undefined;
  const at = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
  if (at >= 0) {
    const common = upload.key.slice(0, at + delimiter.length);
    return compareKeys(common, afterKey) > 0 ? { kind: 'prefix', prefix: common } : undefined;
  }
  const order = compareKeys(upload.key, afterKey);
  // Of the marker's own key, what comes after the marker's id; without an id, nothing.
  const isAfter = order > 0 || (order === 0 && afterId !== '' && upload.id > afterId);
  return isAfter ? { kind: 'upload', upload } : undefined;
}

/** Directories remembered; a listing that meets more forgets them and looks again. */
const maxRemembered = 1000;

/** Which directories of keys the caller may list, as far as they exist. */
class OpenDirectories {
  readonly #mount: MountedShare;
  readonly #caller: Caller;
  readonly #seen = new Map<string, boolean>();

  constructor(mount: MountedShare, caller: Caller) {
    this.#mount = mount;
    this.#caller = caller;
  }

  async has(key: string): Promise<boolean> {
    const directory = key.slice(0, key.lastIndexOf('/') + 1);
    let open = this.#seen.get(directory);
    if (open === undefined) {
      open = await this.#look(parseKey(key).directories);
      if (this.#seen.size >= maxRemembered) this.#seen.clear();
      this.#seen.set(directory, open);
    }
    return open;
  }

  async #look(directories: readonly string[]): Promise<boolean> {
    try {
      const { steps } = await lookAgain(() => walk(this.#mount, this.#caller, directories));
      for (const { attributes } of steps) {
        requireRights(this.#caller.principal, attributes, access.readData | access.execute);
      }
      return true;
    } catch (error) {
      if (isStorageError(error, 'accessDenied')) return false;
      throw error;
    }
  }
}

function keyOf(item: Item): string {
  return item.kind === 'prefix' ? item.prefix : item.upload.key;
}

function idOf(item: Item): string {
  return item.kind === 'prefix' ? '' : item.upload.id;
}

/** The first `limit` items, and whether there are more. */
class Page {
  readonly #limit: number;
  readonly #prefixes = new Set<string>();
  #items: Item[] = [];
  #more = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: Item): void {
    if (item.kind === 'prefix') {
      if (this.#prefixes.has(item.prefix)) return;
      this.#prefixes.add(item.prefix);
    }
    this.#items.push(item);
    if (this.#items.length >= 2 * this.#limit + 256) this.#cut();
  }

  end(): UploadsPage {
    this.#cut();
    const items = this.#items;
    const last = items.at(-1);
    return this.#more && last !== undefined ? { items, next: { key: keyOf(last), id: idOf(last) } } : { items };
  }

  #cut(): void {
    this.#items.sort((a, b) => compareKeys(keyOf(a), keyOf(b)) || (idOf(a) < idOf(b) ? -1 : 1));
    this.#more ||= this.#items.length > this.#limit;
    this.#items = this.#items.slice(0, this.#limit);
  }
}
