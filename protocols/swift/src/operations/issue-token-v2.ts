import type { User } from '@polynas/core/service';
import { catalogV2 } from '../auth/catalog.ts';
import { splitUser, userByPassword } from '../auth/credentials.ts';
import type { Json } from '../auth/keystone.ts';
import { json, objectAt, readJson, roleOf, textAt } from '../auth/keystone.ts';
import { badRequest } from '../errors.ts';
import type { Handle } from '../operation.ts';
import type { DoorContext } from '../request/context.ts';
import { unauthorized } from '../request/identity.ts';
import type { Request } from '../request/request.ts';

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

/** `POST /v2.0/tokens` (Identity API v2): `passwordCredentials`, or `token`. */
export const issueTokenV2: Handle = async (context, request) => {
  const auth = objectAt(await readJson(request), 'auth');
  if (auth === undefined) throw badRequest('auth is missing');
  const tenant = textAt(auth, 'tenantName') ?? textAt(auth, 'tenantId');
  const given = context.tokens.find(textAt(auth, 'token', 'id') ?? '');
  const user = given?.user ?? (await byPassword(context, request, auth, tenant));
  if (user === undefined || (tenant !== undefined && tenant !== user.tenant)) throw unauthorized();
  const token = context.tokens.issue(user, ['password'], given?.expiresAt);
  return json(200, {
    access: {
      token: {
        id: token.id,
        issued_at: iso(token.issuedAt),
        expires: iso(token.expiresAt),
        tenant: { id: user.tenant, name: user.tenant, enabled: true, description: '' },
        audit_ids: [token.auditId],
      },
      user: {
        id: user.id,
        name: user.name,
        username: user.name,
        roles: [{ name: roleOf(user).name }],
        roles_links: [],
      },
      serviceCatalog: catalogV2(request.baseUrl, context.region, user.tenant),
      metadata: { is_admin: 0, roles: [roleOf(user).id] },
    },
  });
};

async function byPassword(
  context: DoorContext,
  request: Request,
  auth: Json,
  tenant: string | undefined,
): Promise<User | undefined> {
  const text = textAt(auth, 'passwordCredentials', 'username');
  const password = textAt(auth, 'passwordCredentials', 'password');
  if (text === undefined || password === undefined) throw badRequest('passwordCredentials are missing');
  const user = text.includes(':') ? splitUser(text) : { tenant: tenant ?? 'default', name: text };
  return userByPassword(context, request, user.tenant, user.name, password);
}
