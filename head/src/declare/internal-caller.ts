import type { Caller } from '@polynas/core/service';

/** The head itself, at start: superuser in the tenant that it works on. */
export function internalCaller(tenant: string): Caller {
  return {
    principal: { name: 'polynas', tenant, uid: 0, gid: 0, groups: [], superuser: true },
    door: 'internal',
    client: 'head',
    patience: 'wait',
    stateless: false,
    readOnly: false,
  };
}
