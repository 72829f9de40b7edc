import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, FileId, MutationOptions } from '@polynas/core/spi';
import type { VolumeContext } from '../context.ts';
import { expectNoRecords } from '../tree/conditions.ts';
import { changeXattrs } from './change-xattrs.ts';
import { checkXattrName } from './xattr-names.ts';

export async function removexattr(
  context: VolumeContext,
  call: Call,
  id: FileId,
  name: string,
  options: MutationOptions = {},
): Promise<Attributes> {
  checkXattrName(name);
  expectNoRecords(options.records);
  return changeXattrs(context, call, id, {
    expectPossible: async ({ mount, pointer }) => {
      const present = await mount.within(call).getxattr(pointer, name);
      if (present === undefined) throw new StorageError('notFound', 'no such extended attribute');
    },
    isThere: async ({ mount, pointer }) => (await mount.within(call).getxattr(pointer, name)) === undefined,
    apply: ({ mount, pointer }) => mount.within(call).removexattr(pointer, name),
  });
}
