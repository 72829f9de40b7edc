import type { Labels, Share } from '@polynas/core/service';
import type { Request } from '../request/request.ts';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { readList, writeList } from '../request/grant.ts';
import { keyLabels } from '../request/temp-url.ts';
import { lastModified, timestampOf, xTimestamp } from './times.ts';

/**
 * What GET and HEAD say of a container.
 *
 * @param countAge milliseconds that its counts may be old
 */
export async function containerHeaders(
  context: DoorContext,
  request: Request,
  { share }: Granted,
  countAge = 0,
): Promise<Record<string, string>> {
  const { objects, bytes } = await context.objects.usage(share.id, countAge);
  const created = timestampOf(share.createdAt);
  return {
    'x-container-object-count': String(objects),
    'x-container-bytes-used': String(bytes),
    'x-timestamp': xTimestamp(created),
    'last-modified': lastModified(created),
    'x-storage-policy': 'default',
    'accept-ranges': 'bytes',
    ...labelHeaders(context.labels.ofShare(share.id), 'container', mayManage(request, share)),
  };
}

/** Access lists and keys are shown to those who may change them. */
export function labelHeaders(labels: Labels, level: 'account' | 'container', all: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels.user)) headers[`x-${level}-meta-${name}`] = value;
  if (!all) return headers;
  for (const label of [readList, writeList]) {
    const value = labels.headers[label];
    if (value !== undefined) headers[label] = value;
  }
  for (const label of keyLabels) {
    const value = labels.headers[label];
    if (value !== undefined) headers[`x-${level}-meta-${label}`] = value;
  }
  return headers;
}

function mayManage({ identity: { token } }: Request, share: Share): boolean {
  if (token === undefined) return false;
  const { user } = token;
  return user.id === share.owner || (user.administrator && user.tenant === share.tenant);
}
