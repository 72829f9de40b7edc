import type { ListResult } from '@polynas/core/service';
import type { Bucket } from '../request/bucket.ts';
import type { OperationContext } from '../request/context.ts';
import type { Owner } from './owner.ts';
import { ownerOfUid } from './owner.ts';

/** One page of keys. Of no entries, nothing is asked: AWS then says that nothing is missing. */
export async function listPage(
  context: OperationContext,
  { caller, share }: Bucket,
  page: { readonly prefix: string; readonly delimiter: string; readonly after: string; readonly limit: number },
): Promise<ListResult> {
  if (page.limit > 0) return context.objects.list(caller, share.id, page);
  await context.objects.list(caller, share.id, { ...page, limit: 1 });
  return { items: [] };
}

/** Looks each uid up once a page. */
export function ownersOf(context: OperationContext, { share }: Bucket): (uid: number) => Owner {
  const known = new Map<number, Owner>();
  return (uid) => {
    const owner = known.get(uid) ?? ownerOfUid(context, share, uid);
    known.set(uid, owner);
    return owner;
  };
}
