import type { Caller, FileRef, NewAttributes } from '../../service/index.ts';
import type { Created, DeviceNumber, Name } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { makeEntry, newFile } from './new-file.ts';
import type { FileParts } from './parts.ts';

export async function mknod(
  parts: FileParts,
  caller: Caller,
  directory: FileRef,
  name: Name,
  type: 'fifo' | 'socket' | 'block' | 'character',
  rdev: DeviceNumber,
  wanted: NewAttributes,
): Promise<Created> {
  const device = type === 'block' || type === 'character';
  if (device && !caller.principal.superuser) throw new StorageError('notPermitted', 'devices need the superuser');
  return makeEntry(parts, caller, directory, name, ({ volume }, parent, meant) =>
    volume.mknod(caller, parent.id, meant, type, rdev, newFile(caller.principal, parent, type, wanted)),
  );
}
