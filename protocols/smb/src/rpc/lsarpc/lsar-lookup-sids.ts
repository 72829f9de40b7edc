import { NtStatus } from '../../nt-status.ts';
import type { RpcCall } from '../context.ts';
import { counted } from '../ndr/arrays.ts';
import { contextHandle } from '../ndr/context-handle.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { i32, u16, u32 } from '../ndr/scalars.ts';
import { rpcSid } from '../ndr/sid.ts';
import { unicodeString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import type { Operation } from '../rpc-interface.ts';
import { accountOfSid, SidUse } from './accounts.ts';
import { mappedStatus } from './mapped.ts';
import { NO_DOMAIN, type ReferencedDomainList, referencedDomainList, ReferencedDomains } from './referenced-domains.ts';

/** LSAPR_TRANSLATED_NAME, and _EX with the flags (MS-LSAT 2.2.19, 2.2.21). */
export interface TranslatedName {
  readonly use: number;
  readonly name: string | undefined;
  readonly domainIndex: number;
  readonly flags: number;
}

interface TranslatedNames {
  readonly names: readonly Partial<TranslatedName>[] | undefined;
}

export interface LsarLookupSidsRequest {
  readonly policyHandle: string;
  readonly sidEnumBuffer: { readonly sids: readonly { readonly sid: string | undefined }[] | undefined };
  readonly translatedNames: TranslatedNames;
  readonly lookupLevel: number;
  readonly mappedCount: number;
}

export interface LsarLookupSids2Request extends LsarLookupSidsRequest {
  readonly lookupOptions: number;
  readonly clientRevision: number;
}

export interface LsarLookupSidsResponse {
  readonly referencedDomains: ReferencedDomainList | undefined;
  readonly translatedNames: TranslatedNames;
  readonly mappedCount: number;
  readonly status: number;
}

const name = { use: u16, name: unicodeString(), domainIndex: i32 };
const translatedNames = struct<TranslatedNames>({ names: counted<Partial<TranslatedName>>(struct(name)) });
const translatedNamesEx = struct<TranslatedNames>({
  names: counted<Partial<TranslatedName>>(struct({ ...name, flags: u32 })),
});

const sidEnumBuffer = struct({ sids: counted(struct({ sid: unique(rpcSid) })) });

function responseOf(names: Ndr<TranslatedNames>): Ndr<LsarLookupSidsResponse> {
  return parameters<LsarLookupSidsResponse>({
    referencedDomains: unique(referencedDomainList),
    translatedNames: names,
    mappedCount: u32,
    status: u32,
  });
}

function translate(call: RpcCall, domains: ReferencedDomains, sid: string | undefined): TranslatedName {
  const account = sid === undefined ? undefined : accountOfSid(call, sid);
  // What nobody knows is shown as it is (MS-LSAT 3.1.4.11).
  if (account === undefined) return { use: SidUse.UNKNOWN, name: sid, domainIndex: NO_DOMAIN, flags: 0 };
  return { use: account.use, name: account.name, domainIndex: domains.indexOf(account.domain), flags: 0 };
}

function lookup(
  call: RpcCall,
  { policyHandle, sidEnumBuffer: { sids = [] } }: LsarLookupSidsRequest,
): LsarLookupSidsResponse {
  call.handles.require(policyHandle);
  const domains = new ReferencedDomains();
  const names = sids.map(({ sid }) => translate(call, domains, sid));
  const mappedCount = names.filter(({ use }) => use !== SidUse.UNKNOWN).length;
  return {
    referencedDomains: domains.result(),
    translatedNames: { names },
    mappedCount,
    status: mappedStatus(mappedCount, names.length),
  };
}

/** LsarLookupSids (MS-LSAT 3.1.4.11). */
export const lsarLookupSids: Operation<LsarLookupSidsRequest, LsarLookupSidsResponse> = {
  opnum: 15,
  request: parameters<LsarLookupSidsRequest>({
    policyHandle: contextHandle,
    sidEnumBuffer,
    translatedNames,
    lookupLevel: u16,
    mappedCount: u32,
  }),
  response: responseOf(translatedNames),
  answer: lookup,
};

/** LsarLookupSids2 (MS-LSAT 3.1.4.10). */
export const lsarLookupSids2: Operation<LsarLookupSids2Request, LsarLookupSidsResponse> = {
  opnum: 57,
  request: parameters<LsarLookupSids2Request>({
    policyHandle: contextHandle,
    sidEnumBuffer,
    translatedNames: translatedNamesEx,
    lookupLevel: u16,
    mappedCount: u32,
    lookupOptions: u32,
    clientRevision: u32,
  }),
  response: responseOf(translatedNamesEx),
  answer: lookup,
};

/** LsarLookupSids3 (MS-LSAT 3.1.4.9) is for computers of a domain that speak over a secure channel of Netlogon. Everybody else is refused, as here. */
export const lsarLookupSids3: Operation<Omit<LsarLookupSids2Request, 'policyHandle'>, LsarLookupSidsResponse> = {
  opnum: 76,
  request: parameters<Omit<LsarLookupSids2Request, 'policyHandle'>>({
    sidEnumBuffer,
    translatedNames: translatedNamesEx,
    lookupLevel: u16,
    mappedCount: u32,
    lookupOptions: u32,
    clientRevision: u32,
  }),
  response: responseOf(translatedNamesEx),
  answer: () => ({
    referencedDomains: undefined,
    translatedNames: { names: undefined },
    mappedCount: 0,
    status: NtStatus.ACCESS_DENIED,
  }),
};
