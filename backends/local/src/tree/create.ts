import { StorageError } from '@polynas/core/spi';
import type { Created, CreateMode, Name, NewFile } from '@polynas/core/spi';
import { attributesOf } from '../format/attributes.ts';
import type { Parts } from '../parts.ts';
import { changeSince, directoryIn, entryIn, stampNow } from './entries.ts';
import { assertName } from './names.ts';
import { addFile } from './new-file.ts';

export function create(
  parts: Parts,
  directoryId: number,
  name: Name,
  mode: CreateMode,
  file: NewFile,
): Promise<Created> {
  return parts.committer.mutate((transaction) => {
    const directory = directoryIn(transaction, directoryId);
    assertName(name);
    const entry = entryIn(transaction, directory, name);
    if (entry === undefined) {
      return addFile(transaction, directoryId, name, 'file', file, (inode) => {
        if (mode.kind === 'exclusive') inode.verifier = BigInt.asUintN(64, mode.verifier);
      });
    }
    const existing = transaction.inode(entry.id);
    // RFC 1813 §3.3.8: an exclusive create that is repeated finds its own verifier.
    const repeated =
      mode.kind === 'exclusive' && existing.type === 'file' && existing.verifier === BigInt.asUintN(64, mode.verifier);
    if (mode.kind !== 'unchecked' && !repeated) throw new StorageError('exists');
    return {
      attributes: attributesOf(existing),
      created: false,
      directory: changeSince(stampNow(directory), directory),
    };
  });
}
