import type { Labels, Share, ShareUsage } from '@polynas/core/service';
import { badRequest, SwiftError } from '../errors.ts';
import type { DoorContext } from './context.ts';

/** Limits among the metadata of containers and accounts (`X-Container-Meta-Quota-Bytes`, `…-Count`, `X-Account-Meta-Quota-Bytes`). */
const bytesLabel = 'quota-bytes';
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
  const own = context.labels.ofShare(share.id).user;
  if (own[bytesLabel] !== undefined || own[countLabel] !== undefined) {
    exceeds(own, await context.objects.usage(share.id), bytes);
  }
  const account = context.labels.ofTenant(share.tenant).user;
  if (account[bytesLabel] === undefined) return;
  const total = { objects: 0, bytes: 0 };
  for (const each of context.shares.list('swift', share.tenant)) {
    total.bytes += (await context.objects.usage(each.id)).bytes;
  }
  exceeds({ [bytesLabel]: account[bytesLabel] }, total, bytes);
}

function exceeds(limits: Readonly<Record<string, string>>, used: ShareUsage, bytes: number): void {
  const isOver =
    used.bytes + bytes > Number(limits[bytesLabel] ?? Infinity) ||
    used.objects + 1 > Number(limits[countLabel] ?? Infinity);
  if (isOver) throw new SwiftError('RequestEntityTooLarge', { message: 'Upload exceeds quota.' });
}
