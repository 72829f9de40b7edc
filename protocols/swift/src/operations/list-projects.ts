import { domain, json } from '../auth/keystone.ts';
import { SwiftError } from '../errors.ts';
import type { Handle } from '../operation.ts';
import type { Request } from '../request/request.ts';
import { unauthorized } from '../request/identity.ts';

/** `GET /v3/auth/projects`, `/v3/projects`, `/v3/users/{id}/projects`: the one project that the user has a role in. */
export const listProjects: Handle = async (_context, request) => {
  return json(200, { projects: [project(request)], links: { next: null, previous: null, self: request.target.path } });
};

/** `GET /v3/projects/{id}`. */
export const showProject: Handle = async (_context, request) => {
  const own = project(request);
  if (request.target.path.split('/')[3] !== own.id) throw new SwiftError('NotFound');
  return json(200, { project: own });
};

/** `GET /v2.0/tenants`. */
export const listTenants: Handle = async (_context, request) => {
  const { id, name } = project(request);
  return json(200, { tenants: [{ id, name, enabled: true, description: '' }], tenants_links: [] });
};

function project({ identity: { token }, baseUrl }: Request) {
  if (token === undefined) throw unauthorized();
  const { tenant } = token.user;
  return {
    id: tenant,
    name: tenant,
    domain_id: domain.id,
    parent_id: domain.id,
    enabled: true,
    is_domain: false,
    description: '',
    links: { self: `${baseUrl}/v3/projects/${tenant}` },
  };
}
