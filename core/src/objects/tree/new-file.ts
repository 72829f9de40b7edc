import { newFile } from '../../namespace/files/new-file.ts';
import type { FormedName } from '../../namespace/names-forms.ts';
import type { Principal } from '../../service/index.ts';
import type { Attributes, NewFile } from '../../spi/index.ts';
import { implicitXattr, segmentXattr } from '../record/xattr-names.ts';

/**
 * What object dialects make, which know no modes: for the owner and the group, as shares are set up (`NewShare.mode`). Whoever shares
 * a directory with a group sets its sgid bit, which files and directories below inherit (docs/decisions/object-files.md).
 */
const fileMode = 0o660;
const directoryMode = 0o770;

export function newObjectFile(principal: Principal, directory: Attributes): NewFile {
  return newFile(principal, directory, 'file', { mode: fileMode });
}

export function newDirectory(
  principal: Principal,
  parent: Attributes,
  name: FormedName,
  segment: string,
  implicit: boolean,
): NewFile {
  const xattrs = new Map<string, Uint8Array>();
  if (implicit) xattrs.set(implicitXattr, Uint8Array.of(1));
  if (name.form === 'hashed') xattrs.set(segmentXattr, Buffer.from(segment));
  return { ...newFile(principal, parent, 'directory', { mode: directoryMode }), xattrs };
}
