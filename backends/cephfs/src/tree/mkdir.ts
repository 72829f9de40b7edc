import type { Call, Created, FileId, Name, NewFile } from '@polynas/core/spi';
import { formatOf } from '../attributes/attributes-of.ts';
import type { VolumeContext } from '../context.ts';
import { recordOf } from './describe.ts';
import { newEntry } from './new-entry.ts';

export async function mkdir(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  file: NewFile,
): Promise<Created> {
  return await newEntry(context, call, directory, name, file, {
    record: recordOf(file),
    format: formatOf('directory'),
    make: (mount, { inode }) => mount.mkdir(inode.pointer, name, file.mode, file),
    unmake: (mount, { inode }) => mount.rmdir(inode.pointer, name),
  });
}
