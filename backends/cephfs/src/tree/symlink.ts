import { StorageError } from '@polynas/core/spi';
import type { Call, Created, FileId, Name, NewFile } from '@polynas/core/spi';
import { formatOf } from '../attributes/attributes-of.ts';
import type { VolumeContext } from '../context.ts';
import { recordOf } from './describe.ts';
import { newEntry } from './new-entry.ts';

const underscore = 0x5f;

export async function symlink(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  target: Uint8Array,
  file: NewFile,
): Promise<Created> {
  if (target.length === 0) throw new StorageError('invalid', 'an empty target');
  if (target.length > context.traits.maxSymlinkBytes) throw new StorageError('nameTooLong', 'a symbolic link');
  // libcephfs takes a C string: a target with NUL is kept in our record, and other clients see something like it.
  const whole = target.includes(0) ? Uint8Array.from(target) : undefined;
  const plain = whole === undefined ? Uint8Array.from(target) : whole.map((byte) => (byte === 0 ? underscore : byte));
  return await newEntry(context, call, directory, name, file, {
    record: recordOf(file, whole === undefined ? {} : { target: whole }),
    format: formatOf('symlink'),
    make: (mount, { inode }) => mount.symlink(inode.pointer, name, plain, file),
    unmake: (mount, { inode }) => mount.unlink(inode.pointer, name),
  });
}
