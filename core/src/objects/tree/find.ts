import { requireSearch } from '../../access/checks.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import { alternateName, plainName } from '../../namespace/names-forms.ts';
import type { FormedName } from '../../namespace/names-forms.ts';
import { nameOfText } from '../../namespace/names-text.ts';
import type { Caller } from '../../service/index.ts';
import type { Attributes, FileId } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { placeIn } from './place.ts';
import { segmentLock } from './locks.ts';
import { lookup } from '../../namespace/look.ts';
import { keptSegment, meaningOf } from './look.ts';

/** A file or directory where a key has its place. */
export interface Found {
  readonly name: Buffer;
  readonly attributes: Attributes;
}

/** What stands under the name that a segment would get, when that is not what was looked for. */
export interface Missing {
  readonly plain: FormedName;
  readonly blocker?: Attributes;
  /** The blocker only looks as if it stood for this segment: others gave it a hashed name. */
  readonly isForeign?: boolean;
}

export function isFound(result: Found | Missing): result is Found {
  return 'attributes' in result;
}

/** The directory of a segment. */
export async function findDirectory(
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  segment: string,
): Promise<Found | Missing> {
  requireSearch(caller.principal, directory);
  const plain = plainName(segment, placeIn(mount, directory.id));
  const attributes = await lookup(mount.volume, caller, directory.id, plain.name);
  if (attributes?.type === 'directory' && (await isOwn(mount, caller, plain, segment, attributes))) {
    return { name: plain.name, attributes };
  }
  const literal = await findLiteral(mount, caller, directory.id, plain, segment, 'directory');
  return literal ?? missing(mount, caller, plain, segment, attributes);
}

/** The file of a segment; never missed while it changes names. */
export async function findFile(
  parts: Pick<ObjectParts, 'conversions' | 'mutex'>,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  segment: string,
): Promise<Found | Missing> {
  const mark = parts.conversions.mark();
  const found = await findFileNow(mount, caller, directory, segment);
  if (isFound(found) || parts.conversions.unmoved(mark)) return found;
  // Some file changed its name meanwhile. If it is this one, who renames it holds the segment's lock.
  return parts.mutex.run(caller, segmentLock(mount, directory.id, segment), () =>
    findFileNow(mount, caller, directory, segment),
  );
}

/** The same for who holds the segment's lock: under its plain name, its alternate name, or under itself where that looks like an escape. */
export async function findFileNow(
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  segment: string,
): Promise<Found | Missing> {
  requireSearch(caller.principal, directory);
  const place = placeIn(mount, directory.id);
  const plain = plainName(segment, place);
  const attributes = await lookup(mount.volume, caller, directory.id, plain.name);
  if (attributes?.type === 'file' && (await isOwn(mount, caller, plain, segment, attributes))) {
    return { name: plain.name, attributes };
  }
  const alternate = alternateName(segment, place);
  const other = await lookup(mount.volume, caller, directory.id, alternate.name);
  if (other?.type === 'file' && (await isOwn(mount, caller, alternate, segment, other))) {
    return { name: alternate.name, attributes: other };
  }
  const literal = await findLiteral(mount, caller, directory.id, plain, segment, 'file');
  if (literal !== undefined) return literal;
  if (plain.form !== 'literal') {
    // A name that only looked like an escape is moved to its plain name by who needs the one that it has, under another lock.
    const moved = await lookup(mount.volume, caller, directory.id, plain.name);
    if (moved?.type === 'file' && (await isOwn(mount, caller, plain, segment, moved))) {
      return { name: plain.name, attributes: moved };
    }
  }
  return missing(mount, caller, plain, segment, attributes);
}

async function missing(
  mount: MountedShare,
  caller: Caller,
  plain: FormedName,
  segment: string,
  blocker: Attributes | undefined,
): Promise<Missing> {
  if (blocker === undefined) return { plain };
  return { plain, blocker, isForeign: !(await isOwn(mount, caller, plain, segment, blocker)) };
}

/** A hashed name is a segment's when the file says so. */
async function isOwn(
  mount: MountedShare,
  caller: Caller,
  made: FormedName,
  segment: string,
  file: Attributes,
): Promise<boolean> {
  if (made.form !== 'hashed' && made.form !== 'hashedAlternate') return true;
  return (await keptSegment(mount.volume, caller, file.id)) === segment;
}

/** Others may have made names that look like our escapes: those are reached by their own text. */
async function findLiteral(
  mount: MountedShare,
  caller: Caller,
  directory: FileId,
  plain: FormedName,
  segment: string,
  type: 'file' | 'directory',
): Promise<Found | undefined> {
  if (plain.form === 'literal' || !segment.startsWith('%%')) return undefined;
  const name = nameOfText(segment);
  if (name === undefined || name.length > mount.volume.traits.maxNameBytes || name.includes(0)) return undefined;
  const attributes = await lookup(mount.volume, caller, directory, name);
  if (attributes?.type !== type) return undefined;
  const { form } = await meaningOf(mount, caller, directory, { name, id: attributes.id, type });
  return form === 'literal' ? { name, attributes } : undefined;
}
