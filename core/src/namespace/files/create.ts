import { requireEntryChange, requireSearch } from '../../access/checks.ts';
import { rightsOf } from '../../access/permissions.ts';
import type { Caller, FileRef, NewAttributes } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, CreateMode, Created, Name } from '../../spi/index.ts';
import { StorageError, stampOf } from '../../spi/index.ts';
import { withMeantName } from '../folding/meant-name.ts';
import type { MountedShare } from '../mounts.ts';
import { newFile, told } from './new-file.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, checkNewName, checkWritable, emit } from './parts.ts';
import { setattr } from './setattr.ts';

/** RFC 1813 §3.3.8. */
export async function create(
  parts: FileParts,
  caller: Caller,
  directory: FileRef,
  name: Name,
  mode: CreateMode,
  wanted: NewAttributes,
): Promise<Created> {
  const mount = parts.mounts.get(directory.share);
  checkWritable(caller, mount);
  const parent = await attributesOf(mount, caller, directory.id);
  requireSearch(caller.principal, parent);
  checkNewName(mount, directory.id, name, caller);
  const made = await withMeantName(parts, mount, caller, parent.id, name, (meant) =>
    makeOrFind(parts, mount, caller, parent, meant, mode, wanted),
  );
  if (made.created) {
    const shown = await told(parts, caller, mount, directory, name, made);
    if (wanted.size === undefined || wanted.size === 0) return shown;
    const sized = await mount.volume.setattr(caller, made.attributes.id, { size: wanted.size });
    emit(parts, caller, directory.share, { kind: 'written', file: made.attributes.id, isDirectory: false });
    return { ...shown, attributes: sized.after };
  }
  if (made.attributes.type !== 'file') throw new StorageError('exists');
  const found = await told(parts, caller, mount, directory, name, made);
  if (wanted.size === undefined || mode.kind !== 'unchecked') return found;
  const file = { share: directory.share, id: made.attributes.id };
  const { after } = await setattr(parts, caller, file, { size: wanted.size, modified: 'now' });
  return { ...found, attributes: after };
}

/** Who may add no entry may still open one that is there. */
async function makeOrFind(
  parts: FileParts,
  mount: MountedShare,
  caller: Caller,
  parent: Attributes,
  name: Name,
  mode: CreateMode,
  wanted: NewAttributes,
): Promise<Created> {
  if (rightsOf(caller.principal, parent) & access.writeData) {
    const file = newFile(caller.principal, parent, 'file', wanted);
    const made = await mount.volume.create(caller, parent.id, name, mode, file);
    if (made.created) parts.folded.note(mount, made.directory, { added: name });
    return made;
  }
  const attributes = await mount.volume.lookup(caller, parent.id, name);
  if (attributes === undefined) requireEntryChange(caller.principal, parent);
  if (attributes === undefined || mode.kind !== 'unchecked') throw new StorageError('exists');
  return { attributes, created: false, directory: { before: stampOf(parent), after: parent, atomic: true } };
}
