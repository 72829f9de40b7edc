import { counted } from '../ndr/arrays.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { u32 } from '../ndr/scalars.ts';
import { rpcSid } from '../ndr/sid.ts';
import { unicodeString } from '../ndr/strings.ts';
import { struct } from '../ndr/structures.ts';
import type { Domain } from './accounts.ts';

/** LSAPR_REFERENCED_DOMAIN_LIST (MS-LSAT 2.2.12). */
export interface ReferencedDomainList {
  readonly domains: readonly { readonly name: string | undefined; readonly sid: string | undefined }[] | undefined;
  /** Not used. */
  readonly maxEntries: number;
}

export const referencedDomainList: Ndr<ReferencedDomainList> = struct<ReferencedDomainList>({
  domains: counted(struct({ name: unicodeString(2), sid: unique(rpcSid) })),
  maxEntries: u32,
});

/** `DomainIndex` of what has no domain (MS-LSAT 2.2.15). */
export const NO_DOMAIN = -1;

/** Collects domains, each once, in the order in which answers refer to them. */
export class ReferencedDomains {
  private readonly list: Domain[] = [];

  indexOf(domain: Domain): number {
    const index = this.list.findIndex(({ sid }) => sid === domain.sid);
    return index < 0 ? this.list.push(domain) - 1 : index;
  }

  result(): ReferencedDomainList {
    return { domains: this.list, maxEntries: this.list.length };
  }
}
