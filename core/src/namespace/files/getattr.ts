import { rightsOf } from '../../access/permissions.ts';
import type { AccessMask, Caller, FileRef } from '../../service/index.ts';
import { access } from '../../service/index.ts';
import type { Attributes, Capacity } from '../../spi/index.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, seen } from './parts.ts';
import { capacityOf } from '../shares/space.ts';

export async function getattr(parts: FileParts, caller: Caller, file: FileRef): Promise<Attributes> {
  const mount = parts.mounts.get(file.share);
  const attributes = mount.volume.getattrNow?.(file.id) ?? (await mount.volume.getattr(caller, file.id));
  if (file.base !== undefined) return ofStream(await attributesOf(mount, caller, file.base), attributes);
  return attributes.id === mount.share.root ? seen(mount, caller, attributes) : attributes;
}

/** A stream is a content with a size of its own; all else is its file's (MS-FSA 2.1.1.5). */
function ofStream(base: Attributes, { id, type, size, allocated, contentStamp, change }: Attributes): Attributes {
  const { contentStamp: _stamp, ...shared } = base;
  return { ...shared, id, type, size, allocated, change, ...(contentStamp !== undefined && { contentStamp }) };
}

/** What changes something, and is refused where all is read-only. */
export const changing =
  access.writeData |
  access.appendData |
  access.writeNamedAttributes |
  access.deleteChild |
  access.writeAttributes |
  access.delete |
  access.writeAcl |
  access.writeOwner;

export async function grantedAccess(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  wanted: AccessMask,
): Promise<{ readonly granted: AccessMask; readonly attributes: Attributes }> {
  const mount = parts.mounts.get(file.share);
  const attributes = await attributesOf(mount, caller, file.base ?? file.id);
  const readOnly = caller.readOnly || mount.share.readOnly;
  const granted = rightsOf(caller.principal, attributes) & wanted & (readOnly ? ~changing : ~0);
  return { granted, attributes: await getattr(parts, caller, file) };
}

export async function statfs(parts: FileParts, caller: Caller, file: FileRef): Promise<Capacity> {
  const mount = parts.mounts.get(file.share);
  await attributesOf(mount, caller, file.id);
  return capacityOf(caller, mount.volume, mount.share.root);
}

export async function readlink(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
): Promise<{ readonly target: Uint8Array; readonly attributes: Attributes }> {
  const mount = parts.mounts.get(file.share);
  const target = await mount.volume.readlink(caller, file.id);
  return { target, attributes: await attributesOf(mount, caller, file.id) };
}
