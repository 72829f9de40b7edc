import type { FileId } from '@polynas/core/spi';

/** Files whose writes are remembered when nobody has them open any more; libcephfs writes out, and tells the MDS of, what is older than some seconds by itself. */
const maxFiles = 65_536;

/** Above that bound the first one goes that nobody has open. */
export function forgetOldest(files: Map<FileId, unknown>, isOpen: (id: FileId) => boolean): void {
  if (files.size <= maxFiles) return;
  for (const id of files.keys()) {
    if (isOpen(id)) continue;
    files.delete(id);
    return;
  }
}
