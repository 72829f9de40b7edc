import type { ShareDoors, ShareId, Tenant } from '../../service/index.ts';

/** Plain data, as a store keeps it (JSON is enough). Records are replaced whole, never changed in place. */
export interface RegistryState {
  readonly version: 1;
  readonly nextShare: ShareId;
  /** The next uid to give; grows past those given by hand as well. */
  readonly nextUid: number;
  readonly tenants: readonly Tenant[];
  readonly users: readonly UserRecord[];
  readonly shares: readonly ShareRecord[];
  /** Labels of shares (`share:ID`) and tenants (`tenant:NAME`), sealed; absent where nobody ever gave any. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface KeyRecord {
  readonly id: string;
  /** Sealed by the `SecretBox`: SigV4 needs the secret itself. */
  readonly sealedSecret: string;
  readonly createdAt: number;
  readonly disabled: boolean;
}

export interface UserRecord {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly administrator: boolean;
  readonly disabled: boolean;
  readonly passwordHash?: string;
  /** Sealed hex of the NT hash, where the hasher makes one: SMB authenticates by it (MS-NLMP 3.3). */
  readonly sealedNtHash?: string;
  readonly keys: readonly KeyRecord[];
}

export interface ShareRecord {
  readonly id: ShareId;
  readonly tenant: string;
  readonly name: string;
  readonly volume: string;
  /** Decimal: JSON knows no bigint. */
  readonly root: string;
  readonly owner: string;
  readonly createdAt: number;
  readonly doors: ShareDoors;
  readonly readOnly: boolean;
  /** No door sees it any more: its tree is being removed, `all` of it or only if `empty`; a restart goes on with that. */
  readonly removing?: 'all' | 'empty';
}

/** Keeps the registry over restarts. */
export interface RegistryStore {
  /** `undefined` when nothing was ever saved. */
  load(): Promise<RegistryState | undefined>;
  /** Stable and whole when it resolves; a rejected save left the former state. */
  save(state: RegistryState): Promise<void>;
}

/** Passwords, one way. Slow by purpose, off the event loop. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
  /** The NT hash (MS-NLMP 3.3.1) as hex, for SMB; absent where no door needs it. */
  ntHash?(password: string): Promise<string>;
}

/** Secrets that have to be had back, sealed under the head's key. `open` throws on what it did not seal. */
export interface SecretBox {
  seal(secret: string): string;
  open(sealed: string): string;
}

export const defaultTenant = 'default';

/** NFS has no authentication of users, so it never opens by itself: it needs address rules. */
export const initialDoors: ShareDoors = { s3: {}, swift: {}, smb: {} };

export const emptyRegistry: RegistryState = {
  version: 1,
  nextShare: 1,
  nextUid: 10_000,
  tenants: [{ name: defaultTenant, defaultDoors: initialDoors }],
  users: [],
  shares: [],
};
