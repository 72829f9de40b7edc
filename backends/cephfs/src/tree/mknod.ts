import type { Call, Created, DeviceNumber, FileId, Name, NewFile } from '@polynas/core/spi';
import { formatOf } from '../attributes/attributes-of.ts';
import { encodeDevice } from '../attributes/device.ts';
import type { VolumeContext } from '../context.ts';
import { recordOf } from './describe.ts';
import { newEntry } from './new-entry.ts';

export async function mknod(
  context: VolumeContext,
  call: Call,
  directory: FileId,
  name: Name,
  type: 'fifo' | 'socket' | 'block' | 'character',
  rdev: DeviceNumber,
  file: NewFile,
): Promise<Created> {
  const device = type === 'block' || type === 'character' ? encodeDevice(rdev) : 0n;
  return await newEntry(context, call, directory, name, file, {
    record: recordOf(file),
    format: formatOf(type),
    make: (mount, { inode }) => mount.mknod(inode.pointer, name, formatOf(type) | file.mode, device, file),
    unmake: (mount, { inode }) => mount.unlink(inode.pointer, name),
  });
}
