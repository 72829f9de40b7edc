import { SwiftError } from '../errors.ts';
import type { Handle } from '../operation.ts';
import { memberOf } from '../request/grant.ts';
import { changedLabels } from '../request/metadata.ts';
import { bytesLabel } from '../request/quota.ts';

/** Changes an account's metadata; what is not named stays. For administrators of the tenant. */
export const postAccount: Handle = async (context, request) => {
  const caller = memberOf(context, request);
  // A limit of the whole account is not for the account's own people to set (Swift, "account_quotas"), and nobody else comes through this door.
  const quota = `account-meta-${bytesLabel}`;
  if (request.headers.has(`x-${quota}`) || request.headers.has(`x-remove-${quota}`)) throw new SwiftError('Forbidden');
  const change = changedLabels(request.headers, 'account') ?? ((present) => present);
  await context.labels.changeTenant(caller, request.target.account, change);
  return { status: 204, headers: { 'content-type': 'text/html; charset=UTF-8' } };
};
