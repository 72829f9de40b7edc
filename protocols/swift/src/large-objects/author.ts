import { createHash } from 'node:crypto';
import type { ObjectMetadata, ShareId, User } from '@polynas/core/service';
import type { DoorContext } from '../request/context.ts';
import type { Granted } from '../request/grant.ts';
import { dynamicAuthor, dynamicManifest } from '../request/metadata.ts';
import type { Request } from '../request/request.ts';

/** Metadata of an object that says what a dynamic large object is made of, with who says so (docs/decisions/manifests.md). */
export function authored(
  request: Request,
  { share }: Pick<Granted, 'share'>,
  key: string,
  metadata: ObjectMetadata,
): ObjectMetadata {
  const { token } = request.identity;
  if (token === undefined || metadata.headers[dynamicManifest] === undefined) return metadata;
  const author = `${token.user.id} ${placeDigest(share.id, key)}`;
  return { ...metadata, headers: { ...metadata.headers, [dynamicAuthor]: author } };
}

/** Who wrote the manifest of this object; `undefined` where nobody is known, or the author may not act any more. */
export function authorOf(
  { accounts }: Pick<DoorContext, 'accounts'>,
  { share }: Pick<Granted, 'share'>,
  key: string,
  { headers }: ObjectMetadata,
): User | undefined {
  const [id, place] = (headers[dynamicAuthor] ?? '').split(' ');
  if (place !== placeDigest(share.id, key)) return undefined;
  const user = accounts.users().find((each) => each.id === id);
  return user?.disabled === false ? user : undefined;
}

/** A manifest is its author's at the one place where it was written: a copy that another door makes is somebody else's. */
function placeDigest(share: ShareId, key: string): string {
  return createHash('sha256').update(`${share}/${key}`).digest('hex').slice(0, 32);
}
