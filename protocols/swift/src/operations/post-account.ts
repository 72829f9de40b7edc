import type { Handle } from '../operation.ts';
import { memberOf } from '../request/grant.ts';
import { changedLabels } from '../request/metadata.ts';

/** Changes an account's metadata; what is not named stays. For administrators of the tenant. */
export const postAccount: Handle = async (context, request) => {
  const caller = memberOf(context, request);
  const change = changedLabels(request.headers, 'account') ?? ((present) => present);
  await context.labels.changeTenant(caller, request.target.account, change);
  return { status: 204, headers: { 'content-type': 'text/html; charset=UTF-8' } };
};
