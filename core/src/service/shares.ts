import type { FileId, QuotaLimit } from '../spi/index.ts';
import { StorageError } from '../spi/index.ts';
import type { Caller, DoorName } from './caller.ts';

/** Stable number of a share on this head: 1 … 2^32−1, never reused. */
export type ShareId = number;

/** Which clients an NFS door lets in and as whom; the first rule that matches the address decides, none means refused. */
export interface NfsClientRule {
  /** An address, a CIDR prefix (`10.0.0.0/8`, `fd00::/8`), or `*`. */
  readonly clients: string;
  readonly access: 'ro' | 'rw';
  /** `root`: uid and gid 0 become anonymous; `all`: everybody; `none`: nobody. */
  readonly squash: 'none' | 'root' | 'all';
  readonly anonymousUid: number;
  readonly anonymousGid: number;
  /** Refuse source ports ≥ 1024. */
  readonly privilegedPort: boolean;
}

export interface ShareDoors {
  readonly nfs?: { readonly rules: readonly NfsClientRule[]; readonly alias?: string };
  readonly s3?: { readonly alias?: string; readonly readOnly?: boolean };
  readonly smb?: { readonly alias?: string; readonly readOnly?: boolean };
  readonly swift?: { readonly alias?: string; readonly readOnly?: boolean };
}

/** A directory of a volume that is served: the SMB share, the NFS export, the bucket and the container are four views of it. */
export interface Share {
  readonly id: ShareId;
  readonly tenant: string;
  /** Unique in its tenant, without regard to ASCII case. 1–255 bytes of UTF-8, no `/`, no control characters. */
  readonly name: string;
  readonly volume: string;
  /** The share's top directory. */
  readonly root: FileId;
  /** userId of the owner. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly doors: ShareDoors;
  readonly readOnly: boolean;
}

export interface NewShare {
  readonly tenant: string;
  readonly name: string;
  readonly volume?: string;
  /** userId. */
  readonly owner: string;
  /** Absent: the tenant's default policy. */
  readonly doors?: ShareDoors;
  /** Permission bits of the top directory; 0o770 when absent. */
  readonly mode?: number;
  /** Group of the top directory; the owner's when absent. */
  readonly gid?: number;
  readonly quota?: QuotaLimit;
  /** Where the content of its files is kept; the volume's default when absent. */
  readonly pool?: string;
}

export interface ShareChanges {
  readonly doors?: ShareDoors;
  /** userId. */
  readonly owner?: string;
  readonly readOnly?: boolean;
  /** `notSupported` on a volume that holds no directory to a quota. */
  readonly quota?: QuotaLimit;
  /** For files made from now on. `notSupported` on a volume that has nothing to choose, `notFound` for a pool that it does not have. */
  readonly pool?: string;
}

/** What a share holds and may hold, as its volume tells; a part is absent where the volume keeps no account of it. */
export interface ShareSpace {
  readonly quota?: QuotaLimit;
  /** May be some seconds late. */
  readonly usedBytes?: number;
  readonly usedFiles?: number;
  readonly pool?: string;
}

/** `exists` for names of shares: tells whose it is (S3 distinguishes one's own). */
export class ShareExistsError extends StorageError {
  readonly share: Share;

  constructor(share: Share) {
    super('exists', `a share ${share.name} exists`);
    this.share = share;
  }
}

/**
 * Finds and makes shares. A door sees a share under its name, or under the alias that the door has where the name breaks the door's rules
 * (S3: 3–63 lower case; SMB: 80 characters), or not at all.
 */
export interface ShareService {
  /** Shares that this door serves, by id. */
  list(door: DoorName, tenant?: string): readonly Share[];
  byId(id: ShareId): Share | undefined;
  /** By the name that the door shows. Case matters for `s3` and `swift` and `nfs`, not for `smb`. */
  byName(door: DoorName, tenant: string, name: string): Share | undefined;
  /** The name under which a door shows a share, if it does. */
  nameAt(door: DoorName, share: Share): string | undefined;
  /** Stable when answered. `ShareExistsError` when the name is taken, `badName`, `accessDenied`. */
  create(caller: Caller, share: NewShare): Promise<Share>;
  /** Takes effect for the next request. Rejected, it may have changed quota and pool; nothing else. */
  change(caller: Caller, id: ShareId, changes: ShareChanges): Promise<Share>;
  space(caller: Caller, id: ShareId): Promise<ShareSpace>;
  /** `notEmpty` unless empty (implicit directories and unfinished uploads do not count), or `force`. Only the owner or an administrator. */
  remove(caller: Caller, id: ShareId, options?: { readonly force?: boolean }): Promise<void>;
}
