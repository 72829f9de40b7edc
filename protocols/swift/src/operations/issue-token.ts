import type { User } from '@polynas/core/service';
import { splitUser, userByKey, userByPassword } from '../auth/credentials.ts';
import type { Json } from '../auth/keystone.ts';
import { describeToken, json, objectAt, readJson, textAt } from '../auth/keystone.ts';
import { badRequest } from '../errors.ts';
import type { Handle } from '../operation.ts';
import type { DoorContext } from '../request/context.ts';
import { unauthorized } from '../request/identity.ts';
import type { Request } from '../request/request.ts';

/**
 * `POST /v3/auth/tokens` (Identity API v3): methods `password`, `token`, and `application_credential`, which is an access key. A project is a tenant;
 * nobody has a role in another one.
 */
export const issueToken: Handle = async (context, request) => {
  const document = await readJson(request);
  const identity = objectAt(document, 'auth', 'identity');
  const methods = identity?.['methods'];
  if (identity === undefined || !Array.isArray(methods)) throw badRequest('auth.identity.methods is missing');
  const project = projectScope(context, document);
  const method: unknown = methods[0];
  const proved =
    method === 'password'
      ? { user: await byPassword(context, request, identity, project) }
      : method === 'token'
        ? byToken(context, identity)
        : method === 'application_credential'
          ? { user: byCredential(context, identity) }
          : undefined;
  const user = proved?.user;
  if (user === undefined || (project !== undefined && project !== user.tenant)) throw unauthorized();
  const until = proved !== undefined && 'until' in proved ? proved.until : Infinity;
  const token = context.tokens.issue(user, [String(method)], until);
  const unscoped = textAt(document, 'auth', 'scope') === 'unscoped';
  return json(201, describeToken(context, request, token, !unscoped), {
    'x-subject-token': token.id,
    vary: 'X-Auth-Token',
  });
};

/** The tenant that the scope names; where it names none, the user's own will be taken. Throws `Unauthorized` for one that is not there. */
function projectScope(context: DoorContext, document: Json): string | undefined {
  const project = objectAt(document, 'auth', 'scope', 'project');
  if (project === undefined) return undefined;
  const name = textAt(project, 'name') ?? textAt(project, 'id');
  if (name === undefined || !context.accounts.tenants().some((tenant) => tenant.name === name)) throw unauthorized();
  return name;
}

async function byPassword(
  context: DoorContext,
  request: Request,
  identity: Json,
  project: string | undefined,
): Promise<User | undefined> {
  const given = objectAt(identity, 'password', 'user');
  const password = textAt(given, 'password');
  if (given === undefined || password === undefined) throw badRequest('auth.identity.password.user is missing');
  const id = textAt(given, 'id');
  const named = id === undefined ? undefined : context.accounts.users().find((user) => user.id === id);
  if (named !== undefined) return userByPassword(context, request, named.tenant, named.name, password);
  const text = textAt(given, 'name') ?? '';
  // Users have names in their tenant, not in a domain: the tenant is the one of the scope, or stands before the name, or is a domain of that name.
  const { tenant, name } = text.includes(':')
    ? splitUser(text)
    : { tenant: project ?? homeOf(context, given), name: text };
  return userByPassword(context, request, tenant, name, password);
}

function homeOf(context: DoorContext, given: Json): string {
  const home = textAt(given, 'domain', 'name') ?? textAt(given, 'domain', 'id');
  return context.accounts.tenants().find((tenant) => tenant.name === home)?.name ?? 'default';
}

/** A token for a token lives no longer than that one. */
function byToken(context: DoorContext, identity: Json): { user: User; until: number } | undefined {
  const token = context.tokens.find(textAt(identity, 'token', 'id') ?? '');
  return token && { user: token.user, until: token.expiresAt };
}

function byCredential(context: DoorContext, identity: Json): User | undefined {
  const id = textAt(identity, 'application_credential', 'id');
  const secret = textAt(identity, 'application_credential', 'secret');
  return id === undefined || secret === undefined ? undefined : userByKey(context.accounts, id, secret);
}
