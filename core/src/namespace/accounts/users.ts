import type { Principal, User } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import { foldName } from '../registry/names.ts';
import type { RegistryState, UserRecord } from '../registry/state.ts';

/** The largest uid and gid: −1 means "leave alone" to chown. */
export const maxId = 2 ** 32 - 2;

const views = new WeakMap<UserRecord, User>();

/** Records are replaced whole, so that the same record is the same user with the same password and keys. */
export function userOf(record: UserRecord): User {
  let user = views.get(record);
  if (user === undefined) {
    user = viewOf(record);
    views.set(record, user);
  }
  return user;
}

function viewOf(record: UserRecord): User {
  const { id, tenant, name, uid, gid, groups, administrator, disabled } = record;
  const accessKeys = record.keys.map((key) => ({ id: key.id, createdAt: key.createdAt, disabled: key.disabled }));
  return { id, tenant, name, uid, gid, groups, administrator, disabled, accessKeys };
}

/** An administrator manages tenants, users and shares; files are nobody's but their owners'. */
export function principalOf(user: Pick<User, 'id' | 'name' | 'tenant' | 'uid' | 'gid' | 'groups'>): Principal {
  const { id, name, tenant, uid, gid, groups } = user;
  return { userId: id, name, tenant, uid, gid, groups, superuser: false };
}

export function checkIds(ids: readonly (number | undefined)[], lowest: number): void {
  for (const id of ids) {
    if (id === undefined) continue;
    if (!Number.isInteger(id) || id < lowest || id > maxId) {
      throw new StorageError('invalid', `a uid or gid lies in ${lowest} … ${maxId}`);
    }
  }
}

export function replaceUser(state: RegistryState, record: UserRecord): RegistryState {
  return { ...state, users: state.users.map((user) => (user.id === record.id ? record : user)) };
}

export function requireUser(state: RegistryState, id: string): UserRecord {
  const record = state.users.find((user) => user.id === id);
  if (record === undefined) throw new StorageError('notFound', 'no such user');
  return record;
}

/** What is looked up by each request, kept as maps. Made anew after each change of the registry. */
export interface AccountIndex {
  readonly byName: ReadonlyMap<string, User>;
  readonly byUid: ReadonlyMap<string, User>;
  readonly byKey: ReadonlyMap<
    string,
    { readonly user: User; readonly principal: Principal; readonly sealedSecret: string }
  >;
  readonly byId: ReadonlyMap<string, User>;
  /** By `nameKey`: those who can log on by NTLM. */
  readonly byNtHash: ReadonlyMap<string, { readonly principal: Principal; readonly sealedNtHash: string }>;
}

export function nameKey(tenant: string, name: string): string {
  return `${foldName(tenant)}/${foldName(name)}`;
}

export function uidKey(tenant: string, uid: number): string {
  return `${foldName(tenant)}/${uid}`;
}

export function indexUsers(records: readonly UserRecord[]): AccountIndex {
  const byName = new Map<string, User>();
  const byUid = new Map<string, User>();
  const byId = new Map<string, User>();
  const byNtHash = new Map<string, { principal: Principal; sealedNtHash: string }>();
  const byKey = new Map<string, { user: User; principal: Principal; sealedSecret: string }>();
  for (const record of records) {
    const user = userOf(record);
    byName.set(nameKey(user.tenant, user.name), user);
    byUid.set(uidKey(user.tenant, user.uid), user);
    byId.set(user.id, user);
    if (user.disabled) continue;
    const principal = principalOf(user);
    const { sealedNtHash } = record;
    if (sealedNtHash !== undefined) byNtHash.set(nameKey(user.tenant, user.name), { principal, sealedNtHash });
    for (const key of record.keys) {
      if (!key.disabled) byKey.set(key.id, { user, principal, sealedSecret: key.sealedSecret });
    }
  }
  return { byName, byUid, byId, byKey, byNtHash };
}
