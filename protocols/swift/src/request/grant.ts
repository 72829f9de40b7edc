import type { Caller, Principal, Share, User } from '@polynas/core/service';
import { listsReferrer, listsUser, parseAccessList } from '../auth/access-list.ts';
import { SwiftError } from '../errors.ts';
import type { Request } from './request.ts';
import type { DoorContext } from './context.ts';
import { refusal } from './identity.ts';
import { holdsTempUrl } from './temp-url.ts';

/** A container that may be used. */
export interface Granted {
  readonly share: Share;
  /** The container's name at this door. */
  readonly name: string;
  readonly caller: Caller;
}

/** An object's place in a container that may be used. */
export interface ObjectPlace extends Granted {
  readonly account: string;
  readonly object: string;
}

export type Right = 'list' | 'read' | 'write' | 'manage';

export interface Place {
  readonly account: string;
  readonly container: string;
}

/** The names under which access lists and keys are kept among a share's labels. */
export const readList = 'x-container-read';
export const writeList = 'x-container-write';

/**
 * The container of a request, for who may use it so. Whoever the access list or a temporary URL lets in acts with the rights of the share's owner,
 * who gave them; a user of the tenant, else, with his own. Throws `NotFound`, `Forbidden`, `Unauthorized`.
 */
export function openContainer(context: DoorContext, request: Request, place: Place, right: Right): Granted {
  const { account, container } = place;
  const share = context.shares.byName('swift', account, container);
  const { token } = request.identity;
  if (
    share !== undefined &&
    (isListed(context, request, share, right) || isLent(context, request, share, place, right))
  ) {
    const granted = lent(context, request, share, container);
    if (granted !== undefined) return granted;
  }
  // Numeric ids mean people inside one tenant only: mode bits say nothing of other tenants' users.
  if (token?.principal.tenant !== account) throw refusal(request.identity, account);
  if (share === undefined) throw new SwiftError('NotFound');
  return { share, name: container, caller: callerOf(context, request, token.principal, share) };
}

/** Who acts, for the core. Without a share, at account level, no door is read-only. */
export function callerOf(context: DoorContext, request: Request, principal: Principal, share?: Share): Caller {
  const bytes = request.body.length ?? context.limits.payload;
  return {
    principal,
    door: 'swift',
    client: request.clientAddress,
    patience: 'wait',
    // A request is open, use and close in one: what a local open is refused, Swift is refused.
    stateless: false,
    readOnly: share?.doors.swift?.readOnly ?? false,
    signal: request.signal,
    deadline: context.clock.monotonic() + context.timeLimit + (bytes / context.limits.uploadRate) * 1000,
  };
}

/** A member of the tenant at account level. */
export function memberOf(context: DoorContext, request: Request): Caller {
  const { token } = request.identity;
  if (token?.principal.tenant !== request.target.account) throw refusal(request.identity, request.target.account);
  return callerOf(context, request, token.principal);
}

/** A container with the rights of its owner, for whom these were lent to; `undefined` while the owner is nobody who may act. */
export function lent(context: DoorContext, request: Request, share: Share, name: string): Granted | undefined {
  const owner = ownerOf(context, share);
  return owner && { share, name, caller: callerOf(context, request, owner, share) };
}

/** The owner's rights are lent only while the owner is somebody who may act. */
function ownerOf(context: DoorContext, share: Share): Principal | undefined {
  const user = context.accounts.users(share.tenant).find(({ id }) => id === share.owner);
  return user === undefined || user.disabled ? undefined : context.accounts.principalOf(user);
}

function isListed(context: DoorContext, request: Request, share: Share, right: Right): boolean {
  if (right === 'manage') return false;
  const { headers } = context.labels.ofShare(share.id);
  const list = parseAccessList(headers[right === 'write' ? writeList : readList]);
  const { token } = request.identity;
  if (token !== undefined && token.user.id !== share.owner && listsUser(list, token.principal)) return true;
  if (right === 'write' || !listsReferrer(list, request.headers.get('referer'))) return false;
  return (right === 'read' || list.listings) && token?.user.id !== share.owner;
}

function isLent(context: DoorContext, request: Request, share: Share, place: Place, right: Right): boolean {
  const { target, method, operation } = request;
  if ((right !== 'read' && right !== 'write') || place.account !== target.account) return false;
  // The URL is signed for the object that it names, not for those that the request's content names.
  if (namingOthers.has(operation)) return false;
  // Who was lent one object to write was not lent others to read: neither by copying them nor as segments.
  if (right === 'read' && (method === 'PUT' || method === 'POST')) return false;
  return place.container === target.container && holdsTempUrl(context, request, share);
}

const namingOthers: ReadonlySet<string> = new Set(['BulkDelete', 'ExtractArchive', 'DeleteLargeObject']);

/**
 * The container of a dynamic large object's segments, which reading it lists: for who may list it. A temporary URL of the object lends what its manifest's author
 * may read, and no more: whoever may write an object can make it a manifest of anything (docs/decisions/manifests.md). In another container the key has to be the account's.
 */
export function openSegments(context: DoorContext, request: Request, place: Place, author: User | undefined): Granted {
  try {
    return openContainer(context, request, place, 'list');
  } catch (error) {
    const granted = author && openForAuthor(context, request, place, author);
    if (granted === undefined) throw error;
    return granted;
  }
}

function openForAuthor(context: DoorContext, request: Request, place: Place, author: User): Granted | undefined {
  const { account, container } = place;
  const { target } = request;
  const share = context.shares.byName('swift', account, container);
  if (share === undefined || account !== target.account) return undefined;
  if (!holdsTempUrl(context, request, container === target.container ? share : undefined)) return undefined;
  const principal = context.accounts.principalOf(author);
  const { headers } = context.labels.ofShare(share.id);
  if (author.id !== share.owner && listsUser(parseAccessList(headers[readList]), principal)) {
    return lent(context, request, share, container);
  }
  if (principal.tenant !== account) return undefined;
  return { share, name: container, caller: callerOf(context, request, principal, share) };
}
