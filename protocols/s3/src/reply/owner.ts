import type { Share } from '@polynas/core/service';
import type { XmlWriter } from '@polynas/http';
import type { OperationContext } from '../request/context.ts';

/** Who stands in `Owner`, `Initiator` and `Grantee` elements. */
export interface Owner {
  readonly id: string;
  readonly name: string;
}

/** The user with a uid in the tenant of a share; files of NFS clients may belong to a number that is no user. */
export function ownerOfUid(context: OperationContext, share: Share, uid: number): Owner {
  const user = context.accounts.userByUid(share.tenant, uid);
  return user === undefined ? { id: `uid:${uid}`, name: String(uid) } : { id: user.id, name: user.name };
}

export function ownerOfShare(context: OperationContext, share: Share): Owner {
  const user = context.accounts.users(share.tenant).find((candidate) => candidate.id === share.owner);
  return { id: share.owner, name: user?.name ?? share.owner };
}

export function writeOwner(xml: XmlWriter, element: 'Owner' | 'Initiator', owner: Owner): void {
  xml.open(element).leaf('ID', owner.id).leaf('DisplayName', owner.name).close();
}
