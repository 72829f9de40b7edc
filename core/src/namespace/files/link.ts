import type { Caller, FileRef } from '../../service/index.ts';
import type { Created, Name } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import { makeEntry } from './new-file.ts';
import type { FileParts } from './parts.ts';
import { attributesOf, sameShare } from './parts.ts';

export async function link(
  parts: FileParts,
  caller: Caller,
  file: FileRef,
  directory: FileRef,
  name: Name,
): Promise<Created> {
  sameShare(file, directory);
  if (file.base !== undefined) throw new StorageError('invalid', 'a stream has no names in directories');
  return makeEntry(parts, caller, directory, name, async (mount, parent, meant) => {
    const source = await attributesOf(mount, caller, file.id);
    if (source.type === 'directory') throw new StorageError('isDirectory');
    return mount.volume.link(caller, file.id, parent.id, meant);
  });
}
