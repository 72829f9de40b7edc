import type { MountedShare } from '../../namespace/mounts.ts';
import { plainName, readName, isHashOf } from '../../namespace/names-forms.ts';
import type { NameForm } from '../../namespace/names-forms.ts';
import { decodeUtf8, textOfName } from '../../namespace/names-text.ts';
import type { Attributes, Call, FileId, FileType, Name, Volume } from '../../spi/index.ts';
import { lookup } from '../../namespace/look.ts';
import { placeIn } from './place.ts';
import { segmentXattr } from '../record/xattr-names.ts';

/** What a name in a directory stands for. */
export interface Meaning {
  readonly segment: string;
  readonly form: NameForm;
}

export interface NamedEntry {
  readonly name: Name;
  readonly id: FileId;
  readonly type: FileType;
}

/**
 * What an entry stands for among the keys. A name that looks like an escape is one only when it is in use as one: an alternate
 * name is no directory's, and nobody's while a file has the plain name; a hashed name has its segment beside it. Else it stands for itself.
 */
export async function meaningOf(
  mount: MountedShare,
  call: Call,
  directory: FileId,
  entry: NamedEntry,
): Promise<Meaning> {
  const claim = await claimOf(mount, call, directory, entry);
  if (!isAlternate(claim.form)) return claim;
  const plain = await lookupPlain(mount, call, directory, claim.segment);
  return plain?.type === 'file' ? { segment: textOfName(entry.name), form: 'literal' } : claim;
}

/** The same, whatever else is in the directory: an alternate name stands for its segment. */
export async function claimOf(mount: MountedShare, call: Call, directory: FileId, entry: NamedEntry): Promise<Meaning> {
  const place = placeIn(mount, directory);
  const read = readName(entry.name, place);
  const { form } = read;
  const itself: Meaning = { segment: textOfName(entry.name), form: 'literal' };
  if (isAlternate(form) && entry.type !== 'file') return itself;
  if (form !== 'hashed' && form !== 'hashedAlternate') return { segment: read.segment ?? itself.segment, form };
  const segment = await keptSegment(mount.volume, call, entry.id);
  return segment !== undefined && isHashOf(entry.name, form, segment, place) ? { segment, form } : itself;
}

export function isAlternate(form: NameForm): boolean {
  return form === 'alternate' || form === 'hashedAlternate';
}

/** What has the plain name of a segment. */
export function lookupPlain(
  mount: MountedShare,
  call: Call,
  directory: FileId,
  segment: string,
): Promise<Attributes | undefined> {
  return lookup(mount.volume, call, directory, plainName(segment, placeIn(mount, directory)).name);
}

export async function keptSegment(volume: Volume, call: Call, id: FileId): Promise<string | undefined> {
  const bytes = await volume.getxattr(call, id, segmentXattr);
  return bytes && decodeUtf8(bytes);
}
