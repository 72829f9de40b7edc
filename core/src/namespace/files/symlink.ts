import type { Caller, FileRef, NewAttributes } from '../../service/index.ts';
import type { Created, Name } from '../../spi/index.ts';
import { makeEntry, newFile } from './new-file.ts';
import type { FileParts } from './parts.ts';

export async function symlink(
  parts: FileParts,
  caller: Caller,
  directory: FileRef,
  name: Name,
  target: Uint8Array,
  wanted: NewAttributes,
): Promise<Created> {
  return makeEntry(parts, caller, directory, name, ({ volume }, parent, meant) =>
    volume.symlink(caller, parent.id, meant, target, newFile(caller.principal, parent, 'symlink', wanted)),
  );
}
