import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccountService, User } from '@polynas/core/service';
import type { DoorContext } from '../request/context.ts';
import type { Request } from '../request/request.ts';

type Accounts = Pick<AccountService, 'userByName' | 'key'>;

/** The user that has this name and password; slow by purpose, so that only a few are checked at once. Throws `overloaded`. */
export async function userByPassword(
  { accounts, passwordChecks }: Pick<DoorContext, 'accounts' | 'passwordChecks'>,
  { signal }: Pick<Request, 'signal'>,
  tenant: string,
  name: string,
  password: string,
): Promise<User | undefined> {
  const place = await passwordChecks.enter(signal);
  try {
    // Before the check: if anything of the user changes meanwhile, the token is void from the beginning.
    const user = accounts.userByName(tenant, name);
    const principal = await accounts.authenticate(tenant, name, password);
    return principal !== undefined && principal.userId === user?.id ? user : undefined;
  } finally {
    place.end();
  }
}

/** The user of an access key, as Keystone's application credentials are: for programs that should not know a password. */
export function userByKey(accounts: Accounts, id: string, secret: string): User | undefined {
  const key = accounts.key(id);
  if (key === undefined || !sameSecret(key.secret, secret)) return undefined;
  return accounts.userByName(key.principal.tenant, key.principal.name);
}

/** `tenant:user`; without a colon, a user of the default tenant. A user's name has no colon. */
export function splitUser(text: string): { readonly tenant: string; readonly name: string } {
  const colon = text.indexOf(':');
  return colon < 0 ? { tenant: 'default', name: text } : { tenant: text.slice(0, colon), name: text.slice(colon + 1) };
}

/** In a time that tells nothing of where they differ. */
function sameSecret(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left!, right!);
}
