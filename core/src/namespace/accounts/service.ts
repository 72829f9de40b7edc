import type { Clock, RandomSource } from '../../clock.ts';
import type { AccessKey, AccountService, NewUser, Principal, ShareDoors, Tenant, User } from '../../service/index.ts';
import { StorageError } from '../../spi/index.ts';
import { checkTenantName, checkUserName, foldName } from '../registry/names.ts';
import type { Registry } from '../registry/registry.ts';
import type { KeyRecord, PasswordHasher, RegistryState, SecretBox, UserRecord } from '../registry/state.ts';
import { initialDoors } from '../registry/state.ts';
import { checkDoors } from '../shares/doors.ts';
import { checkKey, newKey } from './keys.ts';
import type { AccountIndex } from './users.ts';
import { checkIds, indexUsers, nameKey, principalOf, replaceUser, requireUser, uidKey, userOf } from './users.ts';

export interface AccountParts {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly hasher: PasswordHasher;
  readonly secretBox: SecretBox;
}

export type UserChanges = Parameters<AccountService['changeUser']>[1];

/** What Linux shows for ids that mean nobody. */
const nobody = 65_534;

export class Accounts implements AccountService {
  readonly #parts: AccountParts;
  /** Secrets and NT hashes that were asked for, by their sealed form; they go with the key, and with the password. */
  readonly #opened = new Map<string, string>();
  #index: AccountIndex = indexUsers([]);
  #noHash: Promise<string> | undefined = undefined;

  constructor(parts: AccountParts) {
    this.#parts = parts;
    let users: readonly UserRecord[] | undefined;
    parts.registry.watch((state) => {
      if (state.users === users) return;
      users = state.users;
      this.#index = indexUsers(state.users);
      const sealed = new Set<string | undefined>(
        state.users.flatMap((user) => [user.sealedNtHash, ...user.keys.map((key) => key.sealedSecret)]),
      );
      for (const old of this.#opened.keys()) if (!sealed.has(old)) this.#opened.delete(old);
    });
  }

  tenants(): readonly Tenant[] {
    return this.#parts.registry.state.tenants;
  }

  /** `exists`, `badName`. */
  async createTenant(tenant: { readonly name: string; readonly defaultDoors?: ShareDoors }): Promise<Tenant> {
    const { name, defaultDoors = initialDoors } = tenant;
    checkTenantName(name);
    checkDoors(defaultDoors);
    return this.#parts.registry.update((state) => {
      const taken = state.tenants.some((other) => foldName(other.name) === foldName(name));
      if (taken) throw new StorageError('exists', `tenant ${name}`);
      const made = { name, defaultDoors };
      return { state: { ...state, tenants: [...state.tenants, made] }, result: made };
    });
  }

  async changeTenant(name: string, changes: { readonly defaultDoors: ShareDoors }): Promise<Tenant> {
    checkDoors(changes.defaultDoors);
    return this.#parts.registry.update((state) => {
      const old = state.tenants.find((tenant) => tenant.name === name);
      if (old === undefined) throw new StorageError('notFound', `no tenant ${name}`);
      const made = { ...old, ...changes };
      return { state: { ...state, tenants: state.tenants.map((each) => (each === old ? made : each)) }, result: made };
    });
  }

  users(tenant?: string): readonly User[] {
    const all = [...this.#index.byId.values()];
    return tenant === undefined ? all : all.filter((user) => user.tenant === tenant);
  }

  userByName(tenant: string, name: string): User | undefined {
    return this.#index.byName.get(nameKey(tenant, name));
  }

  userByUid(tenant: string, uid: number): User | undefined {
    return this.#index.byUid.get(uidKey(tenant, uid));
  }

  userById(id: string): User | undefined {
    return this.#index.byId.get(id);
  }

  async createUser(user: NewUser): Promise<{ readonly user: User; readonly keys: readonly AccessKey[] }> {
    checkUserName(user.name);
    checkIds([user.uid], 1);
    checkIds([user.gid, ...(user.groups ?? [])], 0);
    const secrets = await this.#passwordFields(user.password);
    const { registry, random } = this.#parts;
    return registry.update((state) => {
      if (!state.tenants.some((tenant) => tenant.name === user.tenant)) {
        throw new StorageError('notFound', `no tenant ${user.tenant}`);
      }
      const key = nameKey(user.tenant, user.name);
      if (state.users.some((other) => nameKey(other.tenant, other.name) === key)) {
        throw new StorageError('exists', `user ${user.name}`);
      }
      const uid = user.uid ?? state.nextUid;
      if (state.users.some((other) => other.uid === uid)) throw new StorageError('exists', `uid ${uid}`);
      const keys = user.accessKeys ?? [newKey(random)];
      const made: UserRecord = {
        id: `u${Buffer.from(random(12)).toString('hex')}`,
        tenant: user.tenant,
        name: user.name,
        uid,
        gid: user.gid ?? uid,
        groups: user.groups ?? [],
        administrator: user.administrator ?? false,
        disabled: false,
        ...secrets,
        keys: [],
      };
      const nextUid = nextUidAfter(state.nextUid, uid);
      let next: RegistryState = { ...state, users: [...state.users, made], nextUid };
      for (const each of keys) {
        checkKey(next, each);
        const owner = requireUser(next, made.id);
        next = replaceUser(next, { ...owner, keys: [...owner.keys, this.#keyRecord(each)] });
      }
      return { state: next, result: { user: userOf(requireUser(next, made.id)), keys } };
    });
  }

  async changeUser(id: string, changes: UserChanges): Promise<User> {
    const { password, ...rest } = changes;
    checkIds([changes.gid, ...(changes.groups ?? [])], 0);
    const secrets = await this.#passwordFields(password);
    return this.#parts.registry.update((state) => {
      const old = requireUser(state, id);
      const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      const record: UserRecord = { ...old, ...given, ...secrets };
      return { state: replaceUser(state, record), result: userOf(record) };
    });
  }

  /** `notEmpty` while shares are the user's. */
  async removeUser(id: string): Promise<void> {
    return this.#parts.registry.update((state) => {
      requireUser(state, id);
      const owned = state.shares.find((share) => share.owner === id);
      if (owned !== undefined) throw new StorageError('notEmpty', `the user owns share ${owned.name}`);
      return { state: { ...state, users: state.users.filter((user) => user.id !== id) }, result: undefined };
    });
  }

  async createKey(userId: string, given?: AccessKey): Promise<AccessKey> {
    const key = given ?? newKey(this.#parts.random);
    return this.#parts.registry.update((state) => {
      const user = requireUser(state, userId);
      checkKey(state, key);
      const record = { ...user, keys: [...user.keys, this.#keyRecord(key)] };
      return { state: replaceUser(state, record), result: key };
    });
  }

  async removeKey(keyId: string): Promise<void> {
    return this.#parts.registry.update((state) => {
      const user = state.users.find((each) => each.keys.some((key) => key.id === keyId));
      if (user === undefined) throw new StorageError('notFound', `no access key ${keyId}`);
      const record = { ...user, keys: user.keys.filter((key) => key.id !== keyId) };
      return { state: replaceUser(state, record), result: undefined };
    });
  }

  key(keyId: string): { readonly secret: string; readonly principal: Principal } | undefined {
    const found = this.#index.byKey.get(keyId);
    return found && { secret: this.#open(found.sealedSecret), principal: found.principal };
  }

  ntCredential(tenant: string, name: string): { readonly hash: Uint8Array; readonly principal: Principal } | undefined {
    const found = this.#index.byNtHash.get(nameKey(tenant, name));
    return found && { hash: Buffer.from(this.#open(found.sealedNtHash), 'hex'), principal: found.principal };
  }

  /** The password was set where no NT hash was made of it: SMB knows the user when it is set again. */
  lacksNtHash(user: Pick<User, 'id'>): boolean {
    const { hasher, registry } = this.#parts;
    const { passwordHash, sealedNtHash } = requireUser(registry.state, user.id);
    return hasher.ntHash !== undefined && passwordHash !== undefined && sealedNtHash === undefined;
  }

  /** Takes as long for a name that nobody has as for a wrong password. */
  async authenticate(tenant: string, name: string, password: string): Promise<Principal | undefined> {
    const { hasher, registry, random } = this.#parts;
    const user = this.userByName(tenant, name);
    const hash = user === undefined ? undefined : requireUser(registry.state, user.id).passwordHash;
    this.#noHash ??= hasher.hash(Buffer.from(random(24)).toString('hex'));
    const right = await hasher.verify(password, hash ?? (await this.#noHash));
    if (!right || hash === undefined || user === undefined || user.disabled) return undefined;
    return principalOf(user);
  }

  unixPrincipal(tenant: string, uid: number, gid: number, groups: readonly number[]): Principal {
    const user = this.userByUid(tenant, uid);
    // The files stay the user's; whoever comes with the number is nobody until the user is enabled again.
    if (user?.disabled) return { name: user.name, tenant, uid: nobody, gid: nobody, groups: [], superuser: false };
    const base = { name: user?.name ?? `uid ${uid}`, tenant, uid, gid, groups, superuser: uid === 0 };
    return user === undefined ? base : { ...base, userId: user.id };
  }

  principalOf(user: User): Principal {
    return principalOf(user);
  }

  async #passwordFields(password: string | undefined): Promise<Pick<UserRecord, 'passwordHash' | 'sealedNtHash'>> {
    if (password === undefined) return {};
    if (password.length === 0 || password.length > 256)
      throw new StorageError('invalid', 'a password has 1–256 characters');
    const { hasher, secretBox } = this.#parts;
    const passwordHash = await hasher.hash(password);
    const ntHash = await hasher.ntHash?.(password);
    return ntHash === undefined ? { passwordHash } : { passwordHash, sealedNtHash: secretBox.seal(ntHash) };
  }

  #open(sealed: string): string {
    let secret = this.#opened.get(sealed);
    if (secret === undefined) this.#opened.set(sealed, (secret = this.#parts.secretBox.open(sealed)));
    return secret;
  }

  #keyRecord(key: AccessKey): KeyRecord {
    const { clock, secretBox } = this.#parts;
    return { id: key.id, sealedSecret: secretBox.seal(key.secret), createdAt: clock.now(), disabled: false };
  }
}

/** uids are given in order and never again, also not those of removed users; low ones given by hand leave the order alone. */
function nextUidAfter(next: number, uid: number): number {
  return uid >= next ? uid + 1 : next;
}
