import { requireRemove } from '../../access/checks.ts';
import { emit } from '../../namespace/files/parts.ts';
import { renamed } from '../../namespace/files/rename.ts';
import type { MountedShare } from '../../namespace/mounts.ts';
import { alternateName, plainName } from '../../namespace/names-forms.ts';
import type { FormedName } from '../../namespace/names-forms.ts';
import { textOfName } from '../../namespace/names-text.ts';
import type { Caller } from '../../service/index.ts';
import type { Attributes, Name } from '../../spi/index.ts';
import type { ObjectParts } from '../parts.ts';
import { placeIn } from './place.ts';
import { segmentXattr } from '../record/xattr-names.ts';
import { followRename } from '../../state/opens.ts';
import { lookup } from '../../namespace/look.ts';

/**
 * Renames between the names that a key's file may have. Callers hold the segment's lock; readers that look meanwhile
 * look again (`Conversions`), so that the key is never missed. `conditionFailed`, `exists`, `notFound`: others were faster, look again.
 */

/** Makes room for a directory: the file steps aside to its alternate name. */
export async function toAlternate(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  segment: string,
  file: Attributes,
): Promise<void> {
  requireRemove(caller.principal, directory, file);
  const place = placeIn(mount, directory.id);
  const alternate = alternateName(segment, place);
  const other = await lookup(mount.volume, caller, directory.id, alternate.name);
  if (other !== undefined) await toItself(parts, mount, caller, directory, alternate.name, other);
  await move(parts, mount, caller, directory, plainName(segment, place).name, alternate, segment, file);
}

/** The directory is gone: the file takes its plain name again. */
export async function toPlain(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  segment: string,
): Promise<void> {
  const place = placeIn(mount, directory.id);
  const alternate = alternateName(segment, place);
  const file = await lookup(mount.volume, caller, directory.id, alternate.name);
  if (file?.type !== 'file') return;
  await move(parts, mount, caller, directory, alternate.name, plainName(segment, place), segment, file);
}

/** A name of others that looks like an escape stands in the way: it gets the name that its own text has as a key. */
export async function toItself(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  name: Name,
  file: Attributes,
): Promise<void> {
  requireRemove(caller.principal, directory, file);
  const segment = textOfName(name);
  await move(parts, mount, caller, directory, name, plainName(segment, placeIn(mount, directory.id)), segment, file);
}

async function move(
  parts: ObjectParts,
  mount: MountedShare,
  caller: Caller,
  directory: Attributes,
  from: Name,
  to: FormedName,
  segment: string,
  file: Attributes,
): Promise<void> {
  const { volume, volumeName, share } = mount;
  const guard = await parts.table.enterFor(caller, {
    volume: volumeName,
    file: file.id,
    access: 'rename',
    door: caller.door,
  });
  try {
    if (to.form === 'hashed' || to.form === 'hashedAlternate') {
      await volume.setxattr(caller, file.id, segmentXattr, Buffer.from(segment), 'either');
    }
    const rename = () =>
      volume.rename(caller, directory.id, from, directory.id, to.name, { ifSource: file.id, noReplace: true });
    const result = await parts.conversions.during({ volume, directory: directory.id, from, file: file.id }, () =>
      file.type === 'file' ? parts.contents.keep(mount, caller, file.id, renamed, rename) : rename(),
    );
    if (!result.unchanged) parts.folded.note(mount, result.from, { removed: from, added: to.name });
    followRename(
      parts.table.volume(volumeName),
      file.id,
      { directory: directory.id, name: Uint8Array.from(from) },
      { directory: directory.id, name: to.name },
    );
    emit(parts, caller, share.id, {
      kind: 'renamed',
      file: file.id,
      isDirectory: file.type === 'directory',
      directory: directory.id,
      name: from,
      toDirectory: directory.id,
      toName: to.name,
    });
  } finally {
    guard.exit();
  }
}
