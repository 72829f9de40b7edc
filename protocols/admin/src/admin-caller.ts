import type { Caller } from '@polynas/core/service';
import type { AdminContext } from './admin-context.ts';

/** How long one request of an administrator may take. */
const patienceMilliseconds = 30_000;

/** Whoever reaches the admin API is the head's owner (socket mode 0600, or the bearer token): superuser in every tenant. */
export function adminCaller(context: AdminContext, tenant: string): Caller {
  return {
    principal: { name: 'administrator', tenant, uid: 0, gid: 0, groups: [], superuser: true },
    door: 'internal',
    client: 'admin',
    patience: 'wait',
    stateless: false,
    readOnly: false,
    deadline: context.clock.monotonic() + patienceMilliseconds,
  };
}
