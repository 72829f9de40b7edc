import type { Created, DeviceNumber, FileType, Name, NewFile } from '@polynas/core/spi';
import type { Parts } from '../parts.ts';
import { directoryIn } from './entries.ts';
import { assertName } from './names.ts';
import { addFile } from './new-file.ts';
import { assertInteger } from './values.ts';

const maxDeviceNumber = 2 ** 32 - 1;

export function mknod(
  parts: Parts,
  directory: number,
  name: Name,
  type: FileType,
  rdev: DeviceNumber,
  file: NewFile,
): Promise<Created> {
  return parts.committer.mutate((transaction) => {
    directoryIn(transaction, directory);
    assertName(name);
    assertInteger('major', rdev.major, maxDeviceNumber);
    assertInteger('minor', rdev.minor, maxDeviceNumber);
    return addFile(transaction, directory, name, type, file, (inode) => {
      if (type !== 'block' && type !== 'character') return;
      inode.rdevMajor = rdev.major;
      inode.rdevMinor = rdev.minor;
    });
  });
}
