import { requireRights } from '../../access/checks.ts';
import { compareKeys } from '../../namespace/keys.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import type { Caller, ListRequest, ListResult, ObjectInfo, ShareId } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes } from '../../spi/index.ts';
import { isStorageError } from '../../spi/index.ts';
import { fileInfo, markerInfo } from '../object-info.ts';
import type { ObjectParts } from '../parts.ts';
import type { ObjectRecord } from '../record/record-codec.ts';
import { loadRecord, readRecord } from '../record/store-record.ts';
import { recordXattr } from '../record/xattr-names.ts';
import { lookAgain } from '../tree/look-again.ts';
import { findFile, isFound } from '../tree/find.ts';
import { lastOf, walk } from '../tree/walk.ts';
import type { Position } from './position.ts';
import type { Item } from './shown-pages.ts';
import { listedXattrs, Walker } from './walker.ts';
import type { WalkedKey } from './walked-key.ts';

const maxItems = 1000;

/**
 * A page of keys and common prefixes. `accessDenied` when the directory that the prefix lies in may not be read; directories below it that
 * may not be read are left out (an explicit one shows itself, as its parent does).
 */
export async function list(
  parts: ObjectParts,
  caller: Caller,
  share: ShareId,
  request: ListRequest,
): Promise<ListResult> {
  const mount = parts.mounts.get(share);
  const limit = Math.min(request.limit, maxItems);
  if (limit === 0) return { items: [] };
  const look = () => lookAgain(() => read(parts, mount, caller, request, limit));
  let page = await look();
  // A file that changed names while we looked may have been missed under both.
  for (let attempt = 0; !page.sure && attempt < 3; attempt += 1) page = await look();
  const { found, more } = page.sure ? page : await parts.conversions.without(look);
  // Nearly all is at hand.
  const items = parts.shown.of(found, () => allNow(found)) ?? (await allAsked(parts, mount, caller, found));
  const last = found.at(-1);
  if (!more || last === undefined) return { items };
  return { items, next: last.kind === 'prefix' ? last.prefix : last.walked.key };
}

async function read(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  request: ListRequest,
  limit: number,
): Promise<{ readonly found: readonly Item[]; readonly more: boolean; readonly sure: boolean }> {
  const mark = parts.conversions.mark();
  const found: Item[] = [];
  const walker = await begin(parts, mount, caller, request, () =>
    request.reverse ? maxItems : limit + 1 - found.length,
  );
  const more = walker !== undefined && (await collect(walker, request, limit, found));
  return { found, more, sure: parts.conversions.unmoved(mark) };
}

/** Fills up `found`; tells whether more would follow. */
async function collect(walker: Walker, request: ListRequest, limit: number, found: Item[]): Promise<boolean> {
  const { prefix, delimiter, after, before, reverse = false } = request;
  let more = false;
  for (;;) {
    const next = walker.next();
    const walked = next instanceof Promise ? await next : next;
    if (walked === undefined) break;
    const common = commonPrefix(walked.key, prefix, delimiter);
    if (common !== undefined) walker.skip(common);
    // A prefix that was given with the page before has more keys than were looked at then.
    if (common !== undefined && compareKeys(common, after) <= 0) continue;
    if (before !== undefined && compareKeys(common ?? walked.key, before) >= 0) break;
    more = found.length === limit;
    if (more && !reverse) return true;
    // The walk goes one way only: in reverse, what is kept of it are the last ones so far.
    if (more) found.shift();
    found.push(common === undefined ? { kind: 'key', walked } : { kind: 'prefix', prefix: common });
  }
  if (reverse) found.reverse();
  return more;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

async function begin(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { prefix, delimiter, after }: ListRequest,
  wanted: () => number,
): Promise<Walker | undefined> {
  const directories = prefix.split('/').slice(0, -1);
  const way = await walk(mount, caller, directories);
  if (way.missing > 0) return undefined;
  const { attributes } = lastOf(way);
  requireRights(caller.principal, attributes, access.readData | access.execute);
  const directory = { lists: parts.lists, mount, caller, wanted, xattrs: listedXattrs };
  const walker = new Walker(directory, prefix, start(prefix, delimiter, after));
  await walker.begin(attributes, directories.map((segment) => `${segment}/`).join(''));
  return walker;
}

function start(prefix: string, delimiter: string, after: string): Position {
  if (after === '' || compareKeys(after, prefix) < 0) return { at: 'from', text: prefix };
  const common = after.startsWith(prefix) ? commonPrefix(after, prefix, delimiter) : undefined;
  return common === undefined ? { at: 'after', text: after } : { at: 'afterPrefix', text: common };
}

type Items = ListResult['items'];
type Shown = Items[number];

/** What is at hand; `undefined` where something has to be asked. */
function allNow(found: readonly Item[]): Items | undefined {
  const items: Shown[] = [];
  for (const item of found) {
    const shown = item.kind === 'prefix' ? item : shownNow(item.walked);
    if (shown === undefined) return undefined;
    items.push(shown);
  }
  return items;
}

async function allAsked(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  found: readonly Item[],
): Promise<Items> {
  return Promise.all(
    found.map(async (item): Promise<Shown> => {
      if (item.kind === 'prefix') return item;
      const { walked } = item;
      return shownNow(walked) ?? { kind: 'object', object: await listed(parts, mount, caller, walked) };
    }),
  );
}

/** A file whose record came with its name. */
function shownNow({ key, attributes, xattrs }: WalkedKey): Shown | undefined {
  if (attributes.type !== 'file' || xattrs === undefined) return undefined;
  return { kind: 'object', object: fileInfo(key, attributes, readRecord(xattrs.get(recordXattr))) };
}

async function listed(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  { key, attributes, xattrs }: WalkedKey,
): Promise<ObjectInfo> {
  const record = xattrs === undefined ? await recordOf(mount, caller, attributes) : readRecord(xattrs.get(recordXattr));
  if (attributes.type === 'file') return fileInfo(key, attributes, record);
  const content = await contentOf(parts, mount, caller, attributes);
  if (content === undefined) return markerInfo(key, attributes, record);
  return fileInfo(key, content, await recordOf(mount, caller, content));
}

/** The object `a/` may have content, in a file of its own. */
async function contentOf(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
): Promise<Attributes | undefined> {
  try {
    const found = await findFile(parts, mount, caller, directory, '');
    return isFound(found) ? found.attributes : undefined;
  } catch (error) {
    // Who may not search it sees the directory alone.
    if (isStorageError(error, 'accessDenied') || isStorageError(error, 'stale')) return undefined;
    throw error;
  }
}

async function recordOf(mount: MountedShare, caller: Caller, file: Attributes): Promise<ObjectRecord | undefined> {
  try {
    return await loadRecord(mount.volume, caller, file);
  } catch (error) {
    // Removed since it was listed.
    if (isStorageError(error, 'stale')) return undefined;
    throw error;
  }
}
