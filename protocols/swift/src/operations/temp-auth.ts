import { splitUser, userByPassword } from '../auth/credentials.ts';
import type { Handle } from '../operation.ts';
import { unauthorized } from '../request/identity.ts';
import { storageUrl } from '../auth/catalog.ts';

/** Version 1 authentication, as OpenStack's tempauth: `X-Auth-User: tenant:user` and `X-Auth-Key`. */
export const tempAuth: Handle = async (context, request) => {
  const { headers } = request;
  const name = headers.get('x-auth-user') ?? headers.get('x-storage-user');
  const password = headers.get('x-auth-key') ?? headers.get('x-storage-pass');
  if (name === undefined || password === undefined) throw unauthorized();
  const { tenant, name: userName } = splitUser(name);
  const user = await userByPassword(context, request, tenant, userName, password);
  if (user === undefined) throw unauthorized(tenant);
  const token = context.tokens.issue(user, ['password']);
  return {
    status: 200,
    headers: {
      'x-auth-token': token.id,
      'x-storage-token': token.id,
      'x-storage-url': storageUrl(request.baseUrl, tenant),
      'x-auth-token-expires': String(Math.floor((token.expiresAt - context.clock.now()) / 1000)),
      'content-type': 'text/html; charset=UTF-8',
    },
  };
};
