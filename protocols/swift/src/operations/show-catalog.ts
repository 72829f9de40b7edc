import { catalogV3 } from '../auth/catalog.ts';
import { json } from '../auth/keystone.ts';
import type { Handle } from '../operation.ts';
import { unauthorized } from '../request/identity.ts';

/** `GET /v3/auth/catalog`. */
export const showCatalog: Handle = async (context, request) => {
  const { token } = request.identity;
  if (token === undefined) throw unauthorized();
  return json(200, { catalog: catalogV3(request.baseUrl, context.region, token.user.tenant), links: { next: null } });
};
