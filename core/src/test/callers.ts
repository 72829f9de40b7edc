import type { Caller, Principal } from '../service/index.ts';

/** A principal with the numbers that a test cares for. */
export function principal(uid: number, gid = uid, groups: readonly number[] = []): Principal {
  return { userId: `u${uid}`, name: `user${uid}`, tenant: 'default', uid, gid, groups, superuser: uid === 0 };
}

export function caller(who: Principal | number, changes: Partial<Caller> = {}): Caller {
  return {
    principal: typeof who === 'number' ? principal(who) : who,
    door: 'nfs',
    client: '127.0.0.1',
    patience: 'wait',
    stateless: true,
    readOnly: false,
    ...changes,
  };
}
