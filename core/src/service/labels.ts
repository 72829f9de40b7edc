import type { Caller } from './caller.ts';
import type { ShareId } from './shares.ts';

/** What a client said of a bucket, or of a tenant's account, as a whole, and gets back. Names in lower case. */
export interface Labels {
  /** What doors themselves mind: access lists, limits, keys. Names as their dialect's headers have. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without a dialect's prefix. */
  readonly user: Readonly<Record<string, string>>;
}

/** Labels of shares and tenants. They are kept sealed, since keys may be among them. */
export interface LabelService {
  /** Empty where there are none. */
  ofShare(share: ShareId): Labels;
  ofTenant(tenant: string): Labels;
  /**
   * Stable when answered; takes effect for the next request. For the owner of the share and the administrators of its tenant (`accessDenied`).
   * `tooLarge` beyond 64 KiB. `change` gets what is said now, in the same step.
   */
  changeShare(caller: Caller, share: ShareId, change: (present: Labels) => Labels): Promise<Labels>;
  /** The same, for the administrators of the tenant. */
  changeTenant(caller: Caller, tenant: string, change: (present: Labels) => Labels): Promise<Labels>;
}
