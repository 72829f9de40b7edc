import type { Handle } from '../operation.ts';
import { corsPolicy } from '../request/cors.ts';
import { unauthorized } from '../request/identity.ts';
import { methodsOf } from '../routing/route.ts';

/** Which methods a place knows (RFC 9110 §9.3.7); to a browser's question before a request, whether its page may make it (Fetch §3.2). */
export const options: Handle = async (context, { target, headers }) => {
  const allow = methodsOf(target).join(', ');
  if (!headers.has('origin')) return { status: 200, headers: { allow } };
  const policy = corsPolicy(context, target, headers);
  const method = headers.get('access-control-request-method');
  if (policy === undefined || method === undefined || !methodsOf(target).includes(method)) throw unauthorized();
  const asked = headers.get('access-control-request-headers');
  return {
    status: 200,
    headers: {
      ...policy.headers,
      allow,
      'access-control-allow-methods': allow,
      ...(asked !== undefined && { 'access-control-allow-headers': asked }),
      ...(policy.maximumAge !== undefined && { 'access-control-max-age': policy.maximumAge }),
    },
  };
};
