import { requireRights } from '../../access/checks.ts';
import { compareKeys } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, MultipartUpload, ShareId } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import { entriesIn } from '../content/system-directory.ts';
import type { ObjectParts } from '../parts.ts';
import { attributesNow } from '../tree/look.ts';
import { loadUpload } from './open-upload.ts';

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

/** Whoever may list the share's top sees its uploads, as its objects. They are few: each page looks at all of them and keeps only its own. */
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
  for await (const entry of entriesIn(mount, uploads)) {
    const item = await itemOf(mount, caller, entry.id, Buffer.from(entry.name).toString(), request);
    if (item !== undefined) page.add(item);
  }
  return page.end();
}

async function itemOf(
  mount: MountedShare,
  caller: Caller,
  directory: bigint,
  id: string,
  { prefix, delimiter, afterKey, afterId }: UploadsRequest,
): Promise<Item | undefined> {
  const upload = await loadUpload(mount, caller, directory, id);
  if (upload === undefined || !upload.key.startsWith(prefix)) return undefined;
  const at = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
  if (at >= 0) {
    const common = upload.key.slice(0, at + delimiter.length);
    return compareKeys(common, afterKey) > 0 ? { kind: 'prefix', prefix: common } : undefined;
  }
  const order = compareKeys(upload.key, afterKey);
  // Of the marker's own key, what comes after the marker's id; without an id, nothing.
  const isAfter = order > 0 || (order === 0 && afterId !== '' && id > afterId);
  return isAfter ? { kind: 'upload', upload } : undefined;
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
