import type {
  Caller,
  NewShare,
  NewUser,
  Share,
  ShareChanges,
  ShareDoors,
  ShareId,
  Tenant,
  User,
} from '../service/index.ts';
import { StorageError } from '../spi/index.ts';
import type { Accounts } from './accounts/service.ts';
import { foldName } from './registry/names.ts';
import type { Shares } from './shares/service.ts';

/** What a configuration file declares. Applying it again changes only what differs; what it does not name stays. */
export interface Declared {
  readonly tenants?: readonly { readonly name: string; readonly defaultDoors?: ShareDoors }[];
  readonly users?: readonly NewUser[];
  readonly shares?: readonly DeclaredShare[];
}

export type DeclaredShare = Omit<NewShare, 'owner'> & {
  /** Name of a user of the tenant. */
  readonly owner: string;
  readonly readOnly?: boolean;
};

/** Makes what is declared and not there, and brings what is there in line. Stable when it resolves. */
export async function applyDeclared(accounts: Accounts, shares: Shares, declared: Declared): Promise<void> {
  for (const tenant of declared.tenants ?? []) await ensureTenant(accounts, tenant);
  for (const user of declared.users ?? []) await ensureUser(accounts, user);
  for (const share of declared.shares ?? []) await ensureShare(accounts, shares, share);
}

async function ensureTenant(
  accounts: Accounts,
  wanted: { readonly name: string; readonly defaultDoors?: ShareDoors },
): Promise<Tenant> {
  const found = accounts.tenants().find((tenant) => foldName(tenant.name) === foldName(wanted.name));
  if (found === undefined) return accounts.createTenant(wanted);
  if (wanted.defaultDoors === undefined || same(found.defaultDoors, wanted.defaultDoors)) return found;
  return accounts.changeTenant(found.name, { defaultDoors: wanted.defaultDoors });
}

/** Keys that are declared are added; others stay, since people make keys as well. */
async function ensureUser(accounts: Accounts, wanted: NewUser): Promise<User> {
  const found = accounts.userByName(wanted.tenant, wanted.name);
  if (found === undefined) return (await accounts.createUser({ accessKeys: [], ...wanted })).user;
  if (wanted.uid !== undefined && wanted.uid !== found.uid) {
    throw new StorageError('invalid', `user ${wanted.name} has uid ${found.uid}; files are owned by that`);
  }
  const { password, gid, groups, administrator } = wanted;
  const stale =
    password !== undefined &&
    (accounts.lacksNtHash(found) || (await accounts.authenticate(found.tenant, found.name, password)) === undefined);
  const changes = {
    ...(stale && !found.disabled && { password }),
    ...(gid !== undefined && gid !== found.gid && { gid }),
    ...(groups !== undefined && !same(groups, found.groups) && { groups }),
    ...(administrator !== undefined && administrator !== found.administrator && { administrator }),
  };
  if (Object.keys(changes).length > 0) await accounts.changeUser(found.id, changes);
  for (const key of wanted.accessKeys ?? []) {
    if (found.accessKeys.some((other) => other.id === key.id)) {
      if (found.disabled || accounts.key(key.id)?.secret === key.secret) continue;
      await accounts.removeKey(key.id);
    }
    await accounts.createKey(found.id, key);
  }
  return found;
}

async function ensureShare(accounts: Accounts, shares: Shares, wanted: DeclaredShare): Promise<Share> {
  const owner = accounts.userByName(wanted.tenant, wanted.owner);
  if (owner === undefined) throw new StorageError('notFound', `share ${wanted.name}: no user ${wanted.owner}`);
  const { owner: _name, readOnly, ...rest } = wanted;
  const found = shares.all().find((share) => share.tenant === wanted.tenant && share.name === wanted.name);
  const share = found ?? (await shares.create(headCaller, { ...rest, owner: owner.id }));
  if (wanted.volume !== undefined && wanted.volume !== share.volume) {
    throw new StorageError('invalid', `share ${wanted.name} lies on volume ${share.volume}`);
  }
  const changes = {
    ...(wanted.doors !== undefined && !same(wanted.doors, share.doors) && { doors: wanted.doors }),
    ...(owner.id !== share.owner && { owner: owner.id }),
    ...(readOnly !== undefined && readOnly !== share.readOnly && { readOnly }),
    ...(found && (await differingSpace(shares, share.id, wanted))),
  };
  return Object.keys(changes).length > 0 ? shares.change(headCaller, share.id, changes) : share;
}

/** Of quota and pool, what is declared and not so. */
async function differingSpace(shares: Shares, id: ShareId, { quota, pool }: DeclaredShare): Promise<ShareChanges> {
  if (quota === undefined && pool === undefined) return {};
  const now = await shares.space(headCaller, id);
  return {
    ...(quota !== undefined && !same(quota, now.quota) && { quota }),
    ...(pool !== undefined && pool !== now.pool && { pool }),
  };
}

/** The head itself. */
const headCaller: Caller = {
  principal: { name: 'head', tenant: '', uid: 0, gid: 0, groups: [], superuser: true },
  door: 'internal',
  client: 'configuration',
  patience: 'wait',
  stateless: false,
  readOnly: false,
};

/** Equal as plain data, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [a, b].map((value) => Object.entries(value).filter(([, each]) => each !== undefined));
  if (left === undefined || left.length !== right?.length) return false;
  const theirs = new Map(right);
  return left.every(([key, value]) => theirs.has(key) && same(value, theirs.get(key)));
}
