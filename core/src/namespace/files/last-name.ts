import type { Attributes } from '../../spi/index.ts';
import type { MountedShare } from '../mounts.ts';
import type { FileParts } from './parts.ts';

/** After a name was removed or taken over: with the last one go handles that are kept open, whose unsynced bytes nobody can ask for, named streams, and what is kept beside it. */
export async function afterRemoval(
  { handles, streams, sidecars }: Pick<FileParts, 'handles' | 'streams' | 'sidecars'>,
  mount: MountedShare,
  removed: Attributes,
): Promise<void> {
  if (removed.type !== 'directory') {
    if (removed.nlink > 0) return;
    await handles.drop(mount.volume, removed.id);
    await sidecars.drop(mount, removed.id);
  }
  await streams.dropAll(mount, removed.id);
}
