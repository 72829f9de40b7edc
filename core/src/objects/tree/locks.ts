import type { MountedShare } from '../../namespace/mounts.ts';
import type { FileId } from '../../spi/index.ts';

/** Who changes what a segment means in a directory holds this. */
export function segmentLock(mount: MountedShare, directory: FileId, segment: string): string {
  return `key:${mount.volumeName}:${directory}:${segment}`;
}
