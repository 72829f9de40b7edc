import { foldText } from '../../service/index.ts';
import type { DirectoryEntry, Name, VolumeTraits } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';

/** What no stream's name holds (MS-FSCC 2.1.5.3). */
const forbidden = /[\0/\\:]/;

/** The name of a stream's file in the folder of its base: the same, in UTF-8. `badName`, `nameTooLong`. */
export function fileNameOf(name: string, { maxNameBytes }: VolumeTraits): Name {
  if (name === '' || name === '.' || name === '..' || forbidden.test(name) || !name.isWellFormed()) {
    throw new StorageError('badName', 'no name of a stream');
  }
  const bytes = Buffer.from(name);
  if (bytes.length > maxNameBytes) throw new StorageError('nameTooLong');
  return bytes;
}

export function streamNameOf(name: Name): string {
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('utf8');
}

/** The stream of this name; with `folds` also one in other letters. */
export function pick(entries: readonly DirectoryEntry[], name: string, folds: boolean): DirectoryEntry | undefined {
  const exact = entries.find((entry) => streamNameOf(entry.name) === name);
  if (exact !== undefined || !folds) return exact;
  const folded = foldText(name);
  return entries.find((entry) => foldText(streamNameOf(entry.name)) === folded);
}
