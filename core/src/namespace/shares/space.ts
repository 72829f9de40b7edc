import type { ShareSpace } from '../../service/index.ts';
import type { Call, Capacity, FileId, QuotaLimit, Volume } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';

/** What of a share its volume keeps at the top directory. */
export interface SpaceChanges {
  readonly quota?: QuotaLimit;
  readonly pool?: string;
}

/** `invalid` for limits that are no whole numbers from 0 on, `notSupported` where the volume lacks what is asked for. */
export function checkSpace(volume: Volume, { quota, pool }: SpaceChanges): void {
  for (const limit of quota === undefined ? [] : [quota.maxBytes, quota.maxFiles]) {
    if (!Number.isSafeInteger(limit) || limit < 0) throw new StorageError('invalid', 'quota');
  }
  // No limit is what every share has where nothing can limit it.
  if (quota !== undefined && volume.quota === undefined && (quota.maxBytes > 0 || quota.maxFiles > 0)) {
    throw new StorageError('notSupported', 'the volume holds no directory to a quota');
  }
  if (pool !== undefined && volume.placement === undefined) {
    throw new StorageError('notSupported', 'the volume has no pools to choose from');
  }
}

/** The pool first: it is what may be refused. */
export async function setSpace(call: Call, volume: Volume, root: FileId, { quota, pool }: SpaceChanges): Promise<void> {
  if (pool !== undefined) await volume.placement?.set(call, root, pool);
  if (quota !== undefined) await volume.quota?.set(call, root, quota);
}

export async function spaceOf(call: Call, volume: Volume, root: FileId): Promise<ShareSpace> {
  const [quota, pool] = await Promise.all([volume.quota?.get(call, root), volume.placement?.get(call, root)]);
  return {
    ...(quota && { quota: quota.limit, usedBytes: quota.usedBytes, usedFiles: quota.usedFiles }),
    ...(pool !== undefined && { pool }),
  };
}

function within(total: number, free: number, limit: number, used: number): { total: number; free: number } {
  if (limit === 0 || limit >= total) return { total, free };
  return { total: limit, free: Math.min(free, Math.max(0, limit - used)) };
}

/** What a client of the share may use: what the volume has, as far as the share's quota lets it. */
export async function capacityOf(call: Call, volume: Volume, root: FileId): Promise<Capacity> {
  const [whole, quota] = await Promise.all([volume.statfs(call), volume.quota?.get(call, root)]);
  if (quota === undefined) return whole;
  const { limit, usedBytes, usedFiles } = quota;
  const bytes = within(whole.totalBytes, whole.freeBytes, limit.maxBytes, usedBytes);
  const files = within(whole.totalFiles, whole.freeFiles, limit.maxFiles, usedFiles);
  return {
    totalBytes: bytes.total,
    freeBytes: bytes.free,
    availableBytes: Math.min(whole.availableBytes, bytes.free),
    totalFiles: files.total,
    freeFiles: files.free,
  };
}
