import type { Caller, FileRef, NewAttributes } from '../../service/index.ts';
import type { Created, Name } from '../../spi/index.ts';
import { makeEntry, newFile } from './new-file.ts';
import type { FileParts } from './parts.ts';

export async function mkdir(
  parts: FileParts,
  caller: Caller,
  directory: FileRef,
  name: Name,
  wanted: NewAttributes,
): Promise<Created> {
  return makeEntry(parts, caller, directory, name, ({ volume }, parent, meant) =>
    volume.mkdir(caller, parent.id, meant, newFile(caller.principal, parent, 'directory', wanted)),
  );
}
