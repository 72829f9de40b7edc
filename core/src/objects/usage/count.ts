import { firstEscape } from '../../namespace/names-forms.ts';
import { attributesNow } from '../../namespace/look.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import { systemDirectoryName } from '../../namespace/mounts.ts';
import type { Caller } from '../../service/index.ts';
import { isStorageError } from '../../spi/index.ts';
import type { Attributes, DirectoryEntry } from '../../spi/index.ts';
import { childOf } from '../list/children.ts';
import { isImplicit } from '../tree/remove-directories.ts';
import { findFileNow, isFound } from '../tree/find.ts';
import { meaningOf } from '../tree/look.ts';

export interface Count {
  objects: number;
  bytes: number;
}

/** Entries of one call: about a third of a millisecond of a volume in this process, since a request of another door may take many turns. */
const perTurn = 32;
/** Where each call is a question to a cluster. */
const perCall = 256;

const systemName = Buffer.from(systemDirectoryName);

/** What a count works with. */
export interface Counting {
  readonly mount: MountedShare;
  readonly caller: Caller;
  /** What was counted so far. */
  readonly count: Count;
  /** Lets others go on, after each page. */
  readonly rest: () => Promise<void>;
}

/**
 * Counts the keys of a share as a listing gives them, but in the volume's own order: nothing is sorted, nor looked up name by name. What changes
 * meanwhile may be counted or not.
 */
export async function countKeys(counting: Counting): Promise<void> {
  const { mount, caller } = counting;
  await countBelow(counting, await attributesNow(mount.volume, caller, mount.share.root));
}

async function countBelow(counting: Counting, directory: Attributes): Promise<void> {
  const { mount, caller, count, rest } = counting;
  const { volume } = mount;
  const limit = volume.traits.orderedListing ? perTurn : perCall;
  for (let cookie = 0n; ;) {
    const page = await volume.readdir(caller, directory.id, cookie, { limit, attributes: true });
    const below: Attributes[] = [];
    for (const entry of page.entries) {
      const attributes = await keyOf(counting, directory, entry);
      if (attributes?.type === 'directory') below.push(attributes);
      else if (attributes !== undefined) {
        count.objects += 1;
        count.bytes += attributes.size;
      }
    }
    await rest();
    for (const each of below) await unlessGone(() => countDirectory(counting, each));
    const last = page.entries.at(-1);
    if (page.end || last === undefined) return;
    ({ cookie } = last);
  }
}

/** With its own key, where it has one. */
async function countDirectory(counting: Counting, directory: Attributes): Promise<void> {
  const { mount, caller, count } = counting;
  if (!(await isImplicit(mount, caller, directory.id))) count.objects += 1;
  await countBelow(counting, directory);
}

/** The attributes of what stands for a key. */
async function keyOf(
  { mount, caller }: Counting,
  directory: Attributes,
  entry: DirectoryEntry,
): Promise<Attributes | undefined> {
  const { name } = entry;
  if (directory.id === mount.share.root && systemName.equals(name)) return undefined;
  const looksEscaped = name[0] === firstEscape[0] && name[1] === firstEscape[1];
  if (!looksEscaped) return childOf('', entry)?.attributes;
  const { segment, form } = await meaningOf(mount, caller, directory.id, entry);
  const child = childOf(segment, entry);
  if (child?.attributes.type !== 'file' || form !== 'literal') return child?.attributes;
  // A name that others gave: what our own escapes stand for has the key before it.
  const found = await findFileNow(mount, caller, directory, segment);
  return isFound(found) && found.attributes.id === entry.id ? child.attributes : undefined;
}

/** A directory that is removed meanwhile holds nothing any more. */
async function unlessGone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isStorageError(error, 'stale') && !isStorageError(error, 'notDirectory')) throw error;
  }
}
