import type { Principal } from './caller.ts';
import type { ShareDoors } from './shares.ts';

export interface Tenant {
  readonly name: string;
  /** Doors that a new share opens when nothing else is said. */
  readonly defaultDoors: ShareDoors;
}

export interface User {
  /** Stable, never reused. */
  readonly id: string;
  readonly tenant: string;
  /** Unique in its tenant, without regard to case. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly administrator: boolean;
  readonly disabled: boolean;
  /** Ids of the access keys, without secrets. */
  readonly accessKeys: readonly { readonly id: string; readonly createdAt: number; readonly disabled: boolean }[];
}

export interface NewUser {
  readonly tenant: string;
  readonly name: string;
  readonly password?: string;
  /** Absent: the next free one from 10000. uids are unique per volume. */
  readonly uid?: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  readonly administrator?: boolean;
  /** Absent: one random key is made. An empty list: none. */
  readonly accessKeys?: readonly { readonly id: string; readonly secret: string }[];
}

export interface AccessKey {
  readonly id: string;
  /** Shown where it is made, and never again to people; doors need it to check signatures. */
  readonly secret: string;
}

/** Tenants, users and what they prove themselves with. Mutations are stable when answered and take effect for the next request. */
export interface AccountService {
  tenants(): readonly Tenant[];
  /** Here and from `userByName`, a user is the same object as long as nothing of it has changed, its password and keys included. */
  users(tenant?: string): readonly User[];
  userByName(tenant: string, name: string): User | undefined;
  createUser(user: NewUser): Promise<{ readonly user: User; readonly keys: readonly AccessKey[] }>;
  changeUser(
    id: string,
    changes: {
      readonly password?: string;
      readonly gid?: number;
      readonly groups?: readonly number[];
      readonly administrator?: boolean;
      readonly disabled?: boolean;
    },
  ): Promise<User>;
  removeUser(id: string): Promise<void>;
  createKey(userId: string, key?: AccessKey): Promise<AccessKey>;
  removeKey(keyId: string): Promise<void>;

  /** For signature checks. `undefined` for unknown or disabled keys and users. */
  key(keyId: string): { readonly secret: string; readonly principal: Principal } | undefined;
  /**
   * For NTLM: the user with its NT hash (16 bytes). `undefined` for unknown or disabled users, for those without a password, and for those whose password
   * was set by a head that kept no NT hash: they get one when it is set again.
   */
  ntCredential(tenant: string, name: string): { readonly hash: Uint8Array; readonly principal: Principal } | undefined;
  /** Checks a password (slow by purpose, off the event loop). */
  authenticate(tenant: string, name: string, password: string): Promise<Principal | undefined>;
  /** What numbers of AUTH_SYS mean inside a tenant: groups are those of the client, the name that of the user with this uid. A disabled user is nobody. */
  unixPrincipal(tenant: string, uid: number, gid: number, groups: readonly number[]): Principal;
  principalOf(user: User): Principal;
  /** The user that has a uid, for owner names in listings. */
  userByUid(tenant: string, uid: number): User | undefined;
}
