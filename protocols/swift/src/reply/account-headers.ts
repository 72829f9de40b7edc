import type { Share } from '@polynas/core/service';
import type { Request } from '../request/request.ts';
import type { DoorContext } from '../request/context.ts';
import { labelHeaders } from './container-headers.ts';
import { timestampOf, xTimestamp } from './times.ts';

/** A container as account listings show it. */
export interface CountedContainer {
  readonly share: Share;
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
}

/** The containers that the caller may see, in order of names. */
export async function countedContainers(
  context: DoorContext,
  containers: readonly { readonly share: Share; readonly name: string }[],
): Promise<CountedContainer[]> {
  return Promise.all(containers.map(async (each) => ({ ...each, ...(await context.objects.usage(each.share.id)) })));
}

export function accountHeaders(
  context: DoorContext,
  request: Request,
  containers: readonly CountedContainer[],
): Record<string, string> {
  const { token } = request.identity;
  const sum = (of: 'objects' | 'bytes'): string => String(containers.reduce((total, each) => total + each[of], 0));
  const created = Math.min(...containers.map(({ share }) => share.createdAt), context.clock.now());
  return {
    'x-account-container-count': String(containers.length),
    'x-account-object-count': sum('objects'),
    'x-account-bytes-used': sum('bytes'),
    'x-timestamp': xTimestamp(timestampOf(created)),
    'accept-ranges': 'bytes',
    ...labelHeaders(
      context.labels.ofTenant(request.target.account),
      'account',
      token?.user.administrator === true && token.user.tenant === request.target.account,
    ),
  };
}
