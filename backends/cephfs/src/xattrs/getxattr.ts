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
  return withInode(context, call, id, ({ mount, pointer }) => mount.within(call).getxattr(pointer, name));
}
