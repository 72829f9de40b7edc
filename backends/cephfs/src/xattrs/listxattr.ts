import type { Call, FileId } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { withInode } from './inode-step.ts';
import { visible } from './xattr-names.ts';

export async function listxattr(context: VolumeContext, call: Call, id: FileId): Promise<readonly string[]> {
  return withInode(context, call, id, async ({ mount, pointer }) =>
    visible(await mount.within(call).listxattr(pointer)),
  );
}
