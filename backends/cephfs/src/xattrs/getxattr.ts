import type { Call, FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { withInode } from './inode-step.ts';
import { checkXattrName } from './xattr-names.ts';

export async function getxattr(
  context: VolumeContext,
  call: Call,
  id: FileId,
  name: string,
): Promise<Uint8Array | undefined> {
  checkXattrName(name);
  const { attributes, xattrs } = context;
  const change = attributes.now(id)?.attributes.change;
  const cached = change === undefined ? undefined : xattrs?.get(id, change, name);
  if (cached !== undefined) return cached.value;
  return withInode(context, call, id, async ({ mount, pointer }) => {
    const before = attributes.now(id)?.attributes.change;
    const value = await mount.within(call).getxattr(pointer, name);
    // Nothing was changed while it was read, so that it is of this change.
    if (before !== undefined && attributes.now(id)?.attributes.change === before) xattrs?.add(id, before, name, value);
    return value;
  });
}
