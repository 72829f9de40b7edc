import type { MountedShare } from '../../namespace/mounts.ts';
import type { NamePlace } from '../../namespace/names-forms.ts';
import type { FileId } from '../../spi/index.ts';

export function placeIn(mount: MountedShare, directory: FileId): NamePlace {
  return { top: directory === mount.share.root, maxNameBytes: mount.volume.traits.maxNameBytes };
}
