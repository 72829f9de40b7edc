import { requireRights } from '../../access/checks.ts';
import type { Caller, FileRef } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, FileId } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, checkWritable, emit, seen } from './parts.ts';

/** Clients reach `user.*`; `trusted.*` is core's. */
function isReachable(name: string): boolean {
  return name.startsWith('user.') && name.length > 'user.'.length;
}

/** Extended attributes are those of the file, whichever of its streams is asked. */
function ofFile({ id, base = id }: FileRef): FileId {
  return base;
}

export async function getxattr(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  name: string,
): Promise<Uint8Array | undefined> {
  const mount = parts.mounts.get(file.share);
  const attributes = await attributesOf(mount, caller, ofFile(file));
  requireRights(caller.principal, attributes, access.readNamedAttributes);
  return isReachable(name) ? mount.volume.getxattr(caller, ofFile(file), name) : undefined;
}

export async function listxattr(parts: FileParts, caller: Caller, file: FileRef): Promise<readonly string[]> {
  const mount = parts.mounts.get(file.share);
  await attributesOf(mount, caller, ofFile(file));
  return (await mount.volume.listxattr(caller, ofFile(file))).filter(isReachable);
}

export async function setxattr(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  name: string,
  value: Uint8Array,
  how: 'either' | 'create' | 'replace',
): Promise<Attributes> {
  return change(parts, caller, file, name, (volume) => volume.setxattr(caller, ofFile(file), name, value, how));
}

export async function removexattr(parts: FileParts, caller: Caller, file: FileRef, name: string): Promise<Attributes> {
  return change(parts, caller, file, name, (volume) => volume.removexattr(caller, ofFile(file), name));
}

async function change(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  name: string,
  apply: (volume: ReturnType<FileParts['mounts']['get']>['volume']) => Promise<Attributes>,
): Promise<Attributes> {
  const mount = parts.mounts.get(file.share);
  checkWritable(caller, mount);
  if (!isReachable(name)) throw new StorageError('notPermitted', 'only user.* attributes are for clients');
  const attributes = await attributesOf(mount, caller, ofFile(file));
  requireRights(caller.principal, attributes, access.writeNamedAttributes);
  const told = { of: (result: Attributes) => result, with: (_result: Attributes, later: Attributes) => later };
  const change = () => apply(mount.volume);
  const after = await (attributes.type === 'file'
    ? parts.contents.keep(mount, caller, attributes.id, told, change)
    : change());
  emit(parts, caller, file.share, { kind: 'attributes', file: after.id, isDirectory: after.type === 'directory' });
  return seen(mount, caller, after);
}
