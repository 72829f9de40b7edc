import type { Attributes, Described, NewFile } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import type { OwnRecord } from '../attributes/own-record.ts';
import { encodeOwnRecord } from '../attributes/own-record.ts';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { checkNewXattrs, checkXattrValue } from '../xattrs/budget.ts';

/** A description that is set already, and what it says of the change counter. */
export interface DescribedAhead extends Described {
  readonly change: bigint;
}

/** Until the counter stands where it was said to stand; the second time it does, unless others write too. */
const attempts = 3;

/**
 * The xattrs of a new file, with the one that describes it as it will be. The MDS counts each of them as a change, and our record, and `renames` into place; before the first it takes
 * back what the creation granted, and with that it is given what was counted in libcephfs meanwhile (seen with 16.2: always).
 */
export function foretold(
  { traits }: VolumeContext,
  xattrs: NewFile['xattrs'],
  own: OwnRecord,
  described: Described,
  written: Attributes,
  renames: 0 | 1,
): { readonly xattrs: NewFile['xattrs']; readonly change: bigint } {
  const all = new Map(xattrs).set(described.xattr, new Uint8Array());
  const change = written.change + BigInt(all.size + (encodeOwnRecord(own) === undefined ? 0 : 1) + renames);
  all.set(described.xattr, described.value({ ...written, change }));
  checkNewXattrs(all, traits);
  return { xattrs: all, change };
}

/**
 * The same of a file that is about to be renamed. With the first of these changes libcephfs tells the MDS what it counted itself, of writes that are not stable yet. Gives what
 * the counter is said to be; the file's sync makes all of it stable.
 */
export async function describeAhead(
  context: VolumeContext,
  inode: HeldInode,
  { attributes: { id }, own }: Known,
  { xattr, value }: Described,
): Promise<bigint> {
  const alone = await context.locks.files.enter(id);
  context.xattrs?.changing(id);
  try {
    const written = await context.attributes.changed(inode, id, own);
    const change = written.change + 2n;
    const bytes = value({ ...written, change });
    checkXattrValue(xattr, bytes, context.traits);
    context.attributes.drop(id);
    await inode.mount.setxattr(inode.pointer, xattr, bytes, 'either');
    return change;
  } catch (error) {
    throw context.mounts.failed(inode.mount, error);
  } finally {
    context.attributes.drop(id);
    context.xattrs?.changed(id);
    alone.leave();
  }
}

/** In place: when the counter went another way, the description is put right. */
export async function describeInPlace(
  context: VolumeContext,
  inode: HeldInode,
  described: Described,
  own: OwnRecord,
  foretoldBy: Attributes,
): Promise<Attributes> {
  const { mount, pointer } = inode;
  let attributes = foretoldBy;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const change = attributes.change + 1n;
    const value = described.value({ ...attributes, change });
    context.attributes.drop(attributes.id);
    context.xattrs?.changing(attributes.id);
    try {
      await mount.setxattr(pointer, described.xattr, value, 'either');
    } finally {
      context.xattrs?.changed(attributes.id);
    }
    attributes = await context.attributes.changed(inode, attributes.id, own, attributes);
    if (attributes.change === change) break;
  }
  return attributes;
}
