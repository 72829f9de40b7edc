import type { AccessKey, NewShare, NewUser, Services, Share, ShareDoors, Tenant, User } from '@polynas/core/service';
import { StorageError } from '@polynas/core/service';
import type { AdminContext, HeadAdministration } from '../src/index.ts';

function missing<T extends object>(part: Partial<T>): T {
  return new Proxy(part, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (value === undefined) throw new Error(`the fake has no ${String(property)}`);
      return value;
    },
  }) as T;
}

/** Accounts and shares in memory, enough to drive the API. */
export function fakeContext(): AdminContext & { readonly changes: string[]; readonly faults: unknown[] } {
  const tenants: Tenant[] = [{ name: 'default', defaultDoors: { s3: {} } }];
  const users = new Map<string, User>();
  const shares = new Map<number, Share>();
  const changes: string[] = [];
  const faults: unknown[] = [];
  let serial = 0;

  const need = (id: string): User => {
    const user = users.get(id);
    if (!user) throw new StorageError('notFound');
    return user;
  };
  const makeKey = (userId: string, key?: AccessKey): AccessKey => {
    const made = key ?? { id: `KEY${++serial}`, secret: `secret-${serial}-of-the-key` };
    const user = need(userId);
    users.set(userId, { ...user, accessKeys: [...user.accessKeys, { id: made.id, createdAt: 0, disabled: false }] });
    return made;
  };
  const accounts: Partial<Services['accounts']> = {
    tenants: () => tenants,
    users: (tenant?: string) => [...users.values()].filter((user) => tenant === undefined || user.tenant === tenant),
    userByName: (tenant, name) => [...users.values()].find((user) => user.tenant === tenant && user.name === name),
    createUser: async (user: NewUser) => {
      if ([...users.values()].some((other) => other.name === user.name && other.tenant === user.tenant)) {
        throw new StorageError('exists', `user ${user.name}`);
      }
      const uid = user.uid ?? 10_000 + serial;
      const id = `u${++serial}`;
      const { tenant, name, gid = uid, groups = [], administrator = false } = user;
      users.set(id, { id, tenant, name, uid, gid, groups, administrator, disabled: false, accessKeys: [] });
      const keys = user.accessKeys ? user.accessKeys.map((key) => makeKey(id, key)) : [makeKey(id)];
      return { user: need(id), keys };
    },
    changeUser: async (id, { password: _password, ...fields }) => {
      users.set(id, { ...need(id), ...fields });
      return need(id);
    },
    removeUser: async (id) => {
      users.delete(id);
    },
    createKey: async (id, key) => makeKey(id, key),
    removeKey: async (keyId) => {
      for (const [id, user] of users) {
        users.set(id, { ...user, accessKeys: user.accessKeys.filter((key) => key.id !== keyId) });
      }
    },
  };
  const shareService: Partial<Services['shares']> = {
    byId: (id) => shares.get(id),
    nameAt: (door, share) => (share.doors[door] ? (share.doors[door].alias ?? share.name) : undefined),
    create: async (_caller, share: NewShare) => {
      const id = ++serial;
      const { tenant, name, owner, volume = 'main', doors = { s3: {} } } = share;
      const made: Share = { id, tenant, name, owner, volume, root: 1n, createdAt: 0, doors, readOnly: false };
      shares.set(id, made);
      return made;
    },
    change: async (_caller, id, fields) => {
      const share = shares.get(id);
      if (!share) throw new StorageError('notFound');
      const changed = { ...share, ...fields };
      shares.set(id, changed);
      return changed;
    },
    space: async () => ({ quota: { maxBytes: 1000, maxFiles: 0 }, usedBytes: 10, usedFiles: 2, pool: 'fast' }),
    remove: async (_caller, id, options) => {
      if (options?.force !== true) throw new StorageError('notEmpty', 'the share holds files');
      shares.delete(id);
    },
  };
  const head: HeadAdministration = {
    version: '1.2.3',
    dataDirectory: '/data',
    startedAt: 1000,
    doors: () => [{ name: 'nfs', address: '127.0.0.1', port: 12049, connections: 2 }],
    volumes: async () => [
      {
        name: 'main',
        backend: 'local',
        place: '/data/volumes/main',
        status: {
          health: 'healthy',
          copies: { present: 1, wanted: 1 },
          bytesToHeal: 0,
          healing: { objects: 3, bytesPerSecond: 1000, progress: 0.25 },
          capacity: { totalBytes: 100, freeBytes: 50, availableBytes: 40, totalFiles: 10, freeFiles: 5 },
          epoch: 0xabcn,
        },
      },
    ],
    shares: () => [...shares.values()],
    createTenant: async ({ name, defaultDoors }: { name: string; defaultDoors?: ShareDoors }) => {
      tenants.push({ name, defaultDoors: defaultDoors ?? { s3: {} } });
    },
  };
  const holder = {
    client: '10.0.0.1',
    owner: 'o',
    door: 'nfs',
    kind: 'lock',
    file: { share: 1, id: 2n ** 100n },
  } as const;
  const services = missing<Services>({
    accounts: missing(accounts),
    shares: missing(shareService),
    state: missing<Services['state']>({ holders: () => [holder] }),
  });
  return {
    services,
    head,
    clock: { now: () => 61_000, monotonic: () => 5 },
    onFault: (_request, error) => void faults.push(error),
    onChange: (action, subject) => void changes.push(`${action}: ${subject}`),
    changes,
    faults,
  };
}
