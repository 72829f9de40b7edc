import type { Caller, FileRef, StreamInfo } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { MountedShare } from '../mounts.ts';

/** Named streams of files. */
export class Streams {
  async list(_caller: Caller, _mount: MountedShare, _file: FileRef): Promise<readonly StreamInfo[]> {
    return [];
  }

  async find(
    _caller: Caller,
    _mount: MountedShare,
    _file: FileRef,
    _name: string,
    how: 'open' | 'create' | 'openOrCreate',
  ): Promise<{ readonly file: FileRef; readonly created: boolean } | undefined> {
    if (how === 'open') return undefined;
    throw new StorageError('notSupported', 'named streams');
  }

  async rename(_caller: Caller, _mount: MountedShare, _file: FileRef, _name: string, _replace: boolean): Promise<void> {
    throw new StorageError('notSupported', 'named streams');
  }

  async remove(_caller: Caller, _mount: MountedShare, _file: FileRef): Promise<void> {
    throw new StorageError('notSupported', 'named streams');
  }
}
