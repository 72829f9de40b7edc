import type { User } from '@polynas/core/service';
import type { Reply } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import type { Request } from '../request/request.ts';
import { unauthorized } from '../request/identity.ts';
import type { DoorContext } from '../request/context.ts';
import { catalogV3 } from './catalog.ts';
import type { Token } from './tokens.ts';

/** Bytes of a request for a token. */
const maximumBytes = 64 * 1024;

export type Json = Readonly<Record<string, unknown>>;

/** There is one domain; projects are tenants, and have their names as ids. */
export const domain = { id: 'default', name: 'Default' } as const;

export function projectOf(tenant: string) {
  return { id: tenant, name: tenant, domain };
}

export async function readJson(request: Request): Promise<Json> {
  const bytes = await request.body.document(maximumBytes);
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new SwiftError('BadRequest', { message: 'Malformed JSON', cause });
  }
  throw new SwiftError('BadRequest', { message: 'Malformed JSON' });
}

/** The object or text at a path of names; `undefined` when it is not there, or something else. */
export function objectAt(from: unknown, ...names: readonly string[]): Json | undefined {
  const found = valueAt(from, names);
  return isObject(found) ? found : undefined;
}

export function textAt(from: unknown, ...names: readonly string[]): string | undefined {
  const found = valueAt(from, names);
  return typeof found === 'string' ? found : undefined;
}

function valueAt(from: unknown, names: readonly string[]): unknown {
  let value = from;
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000Z');

export function roleOf(user: User) {
  return user.administrator ? { id: 'admin', name: 'admin' } : { id: 'member', name: 'member' };
}

/** The body of v3's answers about a token. */
export function describeToken(context: DoorContext, request: Request, { user, ...token }: Token, scoped: boolean) {
  const { name, id, tenant } = user;
  return {
    token: {
      methods: token.methods,
      user: { id, name, domain, password_expires_at: null },
      audit_ids: [token.auditId],
      issued_at: iso(token.issuedAt),
      expires_at: iso(token.expiresAt),
      ...(scoped && {
        project: projectOf(tenant),
        is_domain: false,
        roles: [roleOf(user)],
        catalog: catalogV3(request.baseUrl, context.region, tenant),
      }),
    },
  };
}

/** The token that a request is about: its own, or that of the same user; an administrator of the tenant may ask about others'. */
export function subjectOf(context: DoorContext, request: Request): Token {
  const own = request.identity.token;
  const id = request.headers.get('x-subject-token');
  if (own === undefined) throw unauthorized();
  const subject = id === undefined ? undefined : context.tokens.find(id);
  if (subject === undefined) throw new SwiftError('NotFound');
  const { user } = subject;
  const may = user.id === own.user.id || (own.user.administrator && own.user.tenant === user.tenant);
  if (!may) throw new SwiftError('Forbidden');
  return subject;
}
