import type { Created, Name, NewFile } from '@polynas/core/spi';
import type { Parts } from '../parts.ts';
import { directoryIn } from './entries.ts';
import { assertName } from './names.ts';
import { addFile } from './new-file.ts';

export function mkdir(parts: Parts, directory: number, name: Name, file: NewFile): Promise<Created> {
  return parts.committer.mutate((transaction) => {
    directoryIn(transaction, directory);
    assertName(name);
    return addFile(transaction, directory, name, 'directory', file);
  });
}
