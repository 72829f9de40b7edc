import type { Labels, Share } from '@polynas/core/service';
import { badRequest, SwiftError } from '../errors.ts';
import type { DoorContext } from './context.ts';

/** Limits among the metadata of containers (`X-Container-Meta-Quota-Bytes`, `…-Count`). */
export const bytesLabel = 'quota-bytes';
const countLabel = 'quota-count';

/** Refuses limits that are none, before they are kept. */
export function checkQuotaLabels({ user }: Labels): void {
  for (const label of [bytesLabel, countLabel]) {
    const value = user[label];
    if (value !== undefined && !/^\d{1,15}$/.test(value)) throw badRequest(`Invalid ${label}.`);
  }
}

/**
 * Whether there is room for one more object of so many bytes, by what is counted now: counts of large containers are some time old. Only what comes
 * through this door is held by it. Throws `RequestEntityTooLarge`.
 */
export async function checkQuota(context: DoorContext, share: Share, bytes: number): Promise<void> {
  const limits = context.labels.ofShare(share.id).user;
  if (limits[bytesLabel] === undefined && limits[countLabel] === undefined) return;
  const used = await context.objects.usage(share.id);
  const isOver =
    used.bytes + bytes > Number(limits[bytesLabel] ?? Infinity) ||
    used.objects + 1 > Number(limits[countLabel] ?? Infinity);
  if (isOver) throw new SwiftError('RequestEntityTooLarge', { message: 'Upload exceeds quota.' });
}
