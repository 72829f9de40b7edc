import type { MountedShare } from '../../namespace/mounts.ts';
import { plainName, readName, isHashOf } from '../../namespace/names-forms.ts';
import type { NameForm } from '../../namespace/names-forms.ts';
import { decodeUtf8, textOfName } from '../../namespace/names-text.ts';
import type { Call, FileId, FileType, Name, Volume } from '../../spi/index.ts';
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
  const place = placeIn(mount, directory);
  const read = readName(entry.name, place);
  const { form } = read;
  if (read.segment !== undefined && form !== 'alternate') return { segment: read.segment, form };
  const itself: Meaning = { segment: textOfName(entry.name), form: 'literal' };
  let { segment } = read;
  if (form === 'hashed' || form === 'hashedAlternate') {
    segment = await keptSegment(mount.volume, call, entry.id);
    if (segment === undefined || !isHashOf(entry.name, form, segment, place)) return itself;
    if (form === 'hashed') return { segment, form };
  }
  if (segment === undefined || entry.type !== 'file') return itself;
  const plain = await lookup(mount.volume, call, directory, plainName(segment, place).name);
  return plain?.type === 'file' ? itself : { segment, form };
}

export async function keptSegment(volume: Volume, call: Call, id: FileId): Promise<string | undefined> {
  const bytes = await volume.getxattr(call, id, segmentXattr);
  return bytes && decodeUtf8(bytes);
}
