import { WireError } from '@polynas/core/wire';
import { NtStatus } from '../../nt-status.ts';
import type { RpcCall } from '../context.ts';
import { conformantArray, counted } from '../ndr/arrays.ts';
import { contextHandle } from '../ndr/context-handle.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { i32, u16, u32 } from '../ndr/scalars.ts';
import { rpcSid } from '../ndr/sid.ts';
import { unicodeString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import type { Operation } from '../rpc-interface.ts';
import { accountOfName, SidUse } from './accounts.ts';
import { mappedStatus } from './mapped.ts';
import { NO_DOMAIN, type ReferencedDomainList, referencedDomainList, ReferencedDomains } from './referenced-domains.ts';

/** The members of LSA_TRANSLATED_SID, LSAPR_TRANSLATED_SID_EX and _EX2 (MS-LSAT 2.2.14, 2.2.23, 2.2.25); each has some of them. */
export interface TranslatedSid {
  readonly use: number;
  /** The SID's last sub-authority; its others are those of the domain. */
  readonly relativeId: number;
  readonly sid: string | undefined;
  readonly domainIndex: number;
  readonly flags: number;
}

interface TranslatedSids {
  readonly sids: readonly Partial<TranslatedSid>[] | undefined;
}

export interface LsarLookupNamesRequest {
  readonly policyHandle: string;
  readonly names: readonly (string | undefined)[];
  readonly translatedSids: TranslatedSids;
  readonly lookupLevel: number;
  readonly mappedCount: number;
}

export interface LsarLookupNames2Request extends LsarLookupNamesRequest {
  readonly lookupOptions: number;
  readonly clientRevision: number;
}

export interface LsarLookupNamesResponse {
  readonly referencedDomains: ReferencedDomainList | undefined;
  readonly translatedSids: TranslatedSids;
  readonly mappedCount: number;
  readonly status: number;
}

/** Most names in a request: the `range` of `Count` (MS-LSAT 3.1.4.5). */
const MAX_NAMES = 1000;
/** `RelativeId` of what was not found, and of a domain itself (MS-LSAT 2.2.14). */
const NO_RID = 0xffff_ffff;

/** `Count`, and the array of so many names behind it. */
const names: Ndr<readonly (string | undefined)[]> = {
  alignment: 4,
  read(r, put) {
    const count = r.wire.align(4).u32le();
    if (count > MAX_NAMES) throw new WireError(`${count} names`);
    array.read(r, (value) => {
      if (value.length !== count) throw new WireError(`${count} names announced, ${value.length} there`);
      put(value);
    });
  },
  write(w, value) {
    u32.write(w, value.length);
    array.write(w, value);
  },
};
const array = conformantArray(unicodeString());

const sidsOf = (sid: Ndr<Partial<TranslatedSid>>): Ndr<TranslatedSids> =>
  struct<TranslatedSids>({ sids: counted(sid) });

const byRelativeId = { use: u16, relativeId: u32, domainIndex: i32 };
const translatedSids = sidsOf(struct(byRelativeId));
const translatedSidsEx = sidsOf(struct({ ...byRelativeId, flags: u32 }));
const translatedSidsEx2 = sidsOf(struct({ use: u16, sid: unique(rpcSid), domainIndex: i32, flags: u32 }));

function responseOf(sids: Ndr<TranslatedSids>): Ndr<LsarLookupNamesResponse> {
  return parameters<LsarLookupNamesResponse>({
    referencedDomains: unique(referencedDomainList),
    translatedSids: sids,
    mappedCount: u32,
    status: u32,
  });
}

function translate(call: RpcCall, domains: ReferencedDomains, name: string | undefined): TranslatedSid {
  const account = name === undefined ? undefined : accountOfName(call, name);
  if (account === undefined) {
    return { use: SidUse.UNKNOWN, relativeId: 0, sid: undefined, domainIndex: NO_DOMAIN, flags: 0 };
  }
  const { use, sid, domain } = account;
  const relativeId = use === SidUse.DOMAIN ? NO_RID : Number(sid.slice(sid.lastIndexOf('-') + 1));
  return { use, relativeId, sid, domainIndex: domains.indexOf(domain), flags: 0 };
}

function lookup(call: RpcCall, { policyHandle, names: asked }: LsarLookupNamesRequest): LsarLookupNamesResponse {
  call.handles.require(policyHandle);
  const domains = new ReferencedDomains();
  const sids = asked.map((name) => translate(call, domains, name));
  const mappedCount = sids.filter(({ use }) => use !== SidUse.UNKNOWN).length;
  return {
    referencedDomains: domains.result(),
    translatedSids: { sids },
    mappedCount,
    status: mappedStatus(mappedCount, asked.length),
  };
}

function lookupNames2(
  opnum: number,
  sids: Ndr<TranslatedSids>,
): Operation<LsarLookupNames2Request, LsarLookupNamesResponse> {
  return {
    opnum,
    request: parameters<LsarLookupNames2Request>({
      policyHandle: contextHandle,
      names,
      translatedSids: sids,
      lookupLevel: u16,
      mappedCount: u32,
      lookupOptions: u32,
      clientRevision: u32,
    }),
    response: responseOf(sids),
    answer: lookup,
  };
}

/** LsarLookupNames (MS-LSAT 3.1.4.8). */
export const lsarLookupNames: Operation<LsarLookupNamesRequest, LsarLookupNamesResponse> = {
  opnum: 14,
  request: parameters<LsarLookupNamesRequest>({
    policyHandle: contextHandle,
    names,
    translatedSids,
    lookupLevel: u16,
    mappedCount: u32,
  }),
  response: responseOf(translatedSids),
  answer: lookup,
};

/** LsarLookupNames2 (MS-LSAT 3.1.4.7). */
export const lsarLookupNames2 = lookupNames2(58, translatedSidsEx);

/** LsarLookupNames3 (MS-LSAT 3.1.4.6). */
export const lsarLookupNames3 = lookupNames2(68, translatedSidsEx2);

/** LsarLookupNames4 (MS-LSAT 3.1.4.5): as LsarLookupSids3, over a secure channel only. */
export const lsarLookupNames4: Operation<Omit<LsarLookupNames2Request, 'policyHandle'>, LsarLookupNamesResponse> = {
  opnum: 77,
  request: parameters<Omit<LsarLookupNames2Request, 'policyHandle'>>({
    names,
    translatedSids: translatedSidsEx2,
    lookupLevel: u16,
    mappedCount: u32,
    lookupOptions: u32,
    clientRevision: u32,
  }),
  response: responseOf(translatedSidsEx2),
  answer: () => ({
    referencedDomains: undefined,
    translatedSids: { sids: undefined },
    mappedCount: 0,
    status: NtStatus.ACCESS_DENIED,
  }),
};
