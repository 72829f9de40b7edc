import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId, MutationOptions } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import type { HeldInode } from '../mounts/mounts-api.ts';
import { expectNoRecords } from '../tree/conditions.ts';
import { checkXattrRoom, checkXattrValue } from './budget.ts';
import { changeXattrs } from './change-xattrs.ts';
import { checkXattrName, visible } from './xattr-names.ts';

export async function setxattr(
  context: VolumeContext,
  call: Call,
  id: FileId,
  name: string,
  value: Uint8Array,
  how: 'either' | 'create' | 'replace',
  options: MutationOptions = {},
): Promise<Attributes> {
  checkXattrName(name);
  checkXattrValue(name, value, context.traits);
  expectNoRecords(options.records);
  // The caller may be answered before this is over, and use its buffer again.
  const kept = Uint8Array.from(value);
  const apply = async (inode: HeldInode): Promise<void> => {
    if (name.startsWith('user.')) await checkUserRoom(context, inode, name, kept);
    await inode.mount.within(call).setxattr(inode.pointer, name, kept, how);
  };
  const isThere = async ({ mount, pointer }: HeldInode): Promise<boolean> => {
    const present = await mount.within(call).getxattr(pointer, name);
    return present !== undefined && Buffer.compare(present, kept) === 0;
  };
  const expectPossible = async ({ mount, pointer }: HeldInode): Promise<void> => {
    const present = await mount.within(call).getxattr(pointer, name);
    if (present !== undefined) throw new StorageError('exists', 'the extended attribute');
  };
  return changeXattrs(context, call, id, { ...(how === 'create' && { expectPossible }), isThere, apply });
}

/** The MDS refuses what does not fit into the inode; that clients' attributes leave room for core's is ours to see to. */
async function checkUserRoom(
  { traits }: VolumeContext,
  { mount, pointer }: HeldInode,
  name: string,
  value: Uint8Array,
): Promise<void> {
  const names = visible(await mount.listxattr(pointer)).filter((each) => each.startsWith('user.'));
  const [present] = names.length === 0 ? [{ xattrs: new Map() }] : await mount.getattrs([pointer], names);
  if (present instanceof Error) throw present;
  checkXattrRoom(new Map([...(present?.xattrs ?? []), [name, value]]), traits);
}
