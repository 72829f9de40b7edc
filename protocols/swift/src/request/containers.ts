import type { Share } from '@polynas/core/service';
import type { Request } from './request.ts';
import type { DoorContext } from './context.ts';
import { memberOf } from './grant.ts';

/** The containers that the caller may see, in byte order of their names. */
export async function containersOf(
  context: DoorContext,
  request: Request,
): Promise<{ readonly share: Share; readonly name: string }[]> {
  const shares = await context.objects.buckets(memberOf(context, request));
  return shares
    .flatMap((share) => {
      const name = context.shares.nameAt('swift', share);
      return name === undefined ? [] : [{ share, name }];
    })
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}
