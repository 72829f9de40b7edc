import type { Share, ShareDoors } from '@polynas/core/service';
import { isStorageError } from '@polynas/core/service';
import { badRequest, SwiftError } from '../errors.ts';
import { constraints } from '../limits.ts';
import type { Handle } from '../operation.ts';
import type { DoorContext } from '../request/context.ts';
import { memberOf, openContainer } from '../request/grant.ts';
import type { Request } from '../request/request.ts';
import { changedLabels } from '../request/metadata.ts';

/** A container is a share: this makes one, open at the doors that the tenant's default opens, and at this one. Of one that is there it changes the metadata. */
export const putContainer: Handle = async (context, request) => {
  const { account, container } = request.target;
  checkName(container);
  checkPolicy(request.headers.get('x-storage-policy'));
  const change = changedLabels(request.headers, 'container');
  const headers = { 'content-type': 'text/html; charset=UTF-8' };
  if (context.shares.byName('swift', account, container) !== undefined) {
    const granted = openContainer(context, request, request.target, 'manage');
    if (change !== undefined) await context.labels.changeShare(granted.caller, granted.share.id, change);
    return { status: 202, headers };
  }
  const made = await makeContainer(context, request, account, container);
  if (made === undefined) return { status: 202, headers };
  if (change !== undefined) await context.labels.changeShare(memberOf(context, request), made.id, change);
  return { status: 201, headers };
};

/** A new container of the caller's; `undefined` where two requests at once have made it. */
export async function makeContainer(
  context: DoorContext,
  request: Request,
  account: string,
  name: string,
): Promise<Share | undefined> {
  checkName(name);
  const caller = memberOf(context, request);
  const { userId } = caller.principal;
  if (userId === undefined) throw new SwiftError('Forbidden');
  try {
    const doors = doorsOf(context, account);
    return await context.shares.create(caller, { tenant: account, name, owner: userId, doors });
  } catch (error) {
    if (isStorageError(error, 'badName') || isStorageError(error, 'nameTooLong')) {
      throw badRequest(`No container can be named ${name}`);
    }
    if (!isStorageError(error, 'exists')) throw error;
    if (context.shares.byName('swift', account, name) !== undefined) return undefined;
    throw new SwiftError('Conflict', { message: 'A share of another door, or in other letters, has this name.' });
  }
}

function checkName(name: string): void {
  const length = Buffer.byteLength(name);
  if (length > constraints.containerName) {
    throw badRequest(`Container name length of ${length} longer than ${constraints.containerName}`);
  }
}

/** There is one way to store, and it has a name. */
function checkPolicy(policy: string | undefined): void {
  if (policy === undefined || policy === '' || policy.toLowerCase() === 'default') return;
  throw badRequest(`Invalid X-Storage-Policy '${policy}'`);
}

/** What a Swift client creates it must be able to reach, even where the tenant's default leaves this door closed. */
function doorsOf(context: DoorContext, tenant: string): ShareDoors {
  const defaults = context.accounts.tenants().find((candidate) => candidate.name === tenant)?.defaultDoors;
  return { ...defaults, swift: defaults?.swift ?? {} };
}
