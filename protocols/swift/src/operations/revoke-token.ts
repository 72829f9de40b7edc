import { subjectOf } from '../auth/keystone.ts';
import type { Handle } from '../operation.ts';

/** `DELETE /v3/auth/tokens`. */
export const revokeToken: Handle = async (context, request) => {
  context.tokens.revoke(subjectOf(context, request).id);
  return { status: 204 };
};
