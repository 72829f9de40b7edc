import type { MountedShare } from '../../namespace/mounts.ts';
import type { NamePlace } from '../../namespace/names-forms.ts';
import type { FileId } from '../../spi/index.ts';

export function placeIn(mount: MountedShare, directory: FileId): NamePlace {
  const { maxNameBytes, reservedNames } = mount.volume.traits;
  return { top: directory === mount.share.root, maxNameBytes, reservedNames };
}
