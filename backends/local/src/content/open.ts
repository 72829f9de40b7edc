import { StorageError } from '@polynas/core/spi';
import type { FileHandle, HandleAccess } from '@polynas/core/spi';
import type { Parts } from '../parts.ts';
import { LocalHandle } from './handle.ts';
import { inodeOf } from './read.ts';

export function openFile(parts: Parts, id: number, access: HandleAccess): FileHandle {
  const inode = inodeOf(parts, id);
  if (inode.type === 'directory') throw new StorageError('isDirectory');
  if (inode.type !== 'file') throw new StorageError('wrongType', `${id} is a ${inode.type}`);
  const live = parts.files.get(id);
  const held = live !== undefined && live.handles > 0;
  if ((inode.nlink === 0 && !held) || parts.files.removing.has(id))
    throw new StorageError('stale', 'the file has no name left');
  if (parts.files.handles >= parts.limits.maxHandles) throw new StorageError('tooMany', 'too many open files');
  const file = parts.files.hold(id);
  file.handles += 1;
  parts.files.handles += 1;
  return new LocalHandle(parts, file, access, () => {
    parts.files.handles -= 1;
  });
}
