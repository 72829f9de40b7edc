import type { ContainerHandle } from '../operation.ts';
import { badRequest, SwiftError } from '../errors.ts';
import { openContainer } from '../request/grant.ts';
import { accountPrefix, parsePlace } from '../routing/target.ts';
import { copy } from './copy.ts';

/** `COPY` of the object to the `Destination` header's place. */
export const copyObject: ContainerHandle = async (context, request, from) => {
  const destination = request.headers.get('destination');
  if (destination === undefined) {
    throw new SwiftError('PreconditionFailed', { message: 'Destination header required' });
  }
  const place = parsePlace('Destination', destination);
  const account = accountOf(request.headers.get('destination-account')) ?? request.target.account;
  const to = openContainer(context, request, { account, container: place.container }, 'write');
  const source = { ...from, account: request.target.account, object: request.target.object };
  return copy(context, request, source, { ...to, account, object: place.object });
};

/** `AUTH_tenant`, as the account headers have it. */
export function accountOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text.includes('/'))
    throw new SwiftError('PreconditionFailed', { message: 'Account name cannot contain slashes' });
  if (!text.startsWith(accountPrefix)) throw badRequest(`No such account: ${text}`);
  return text.slice(accountPrefix.length);
}
