import type { Capacity } from '@polynas/core/spi';
import type { Parts } from '../parts.ts';

/** Host bytes that one more small file takes, roughly: its records. */
const bytesForFile = 1024;

export async function statfs(parts: Parts): Promise<Capacity> {
  const { total, free, available } = await parts.blobs.host.freeSpace(parts.blobs.directory);
  const files = parts.tables.inodes.count();
  const freeFiles = Math.floor(available / bytesForFile);
  const capacity: Capacity = {
    totalBytes: total,
    freeBytes: free,
    availableBytes: available,
    totalFiles: files + freeFiles,
    freeFiles,
  };
  parts.health.capacity(capacity);
  return capacity;
}
