import { NtStatus } from '../../nt-status.ts';
import { type RpcCall, WORKGROUP } from '../context.ts';
import { contextHandle } from '../ndr/context-handle.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { octets, u16, u32 } from '../ndr/scalars.ts';
import { rpcSid } from '../ndr/sid.ts';
import { unicodeString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import { type Selected, union } from '../ndr/unions.ts';
import type { Operation } from '../rpc-interface.ts';
import { serverDomain } from './accounts.ts';

/** POLICY_INFORMATION_CLASS (MS-LSAD 2.2.4.1), as far as a server has something to say. */
export const PolicyClass = { PRIMARY_DOMAIN: 3, ACCOUNT_DOMAIN: 5, SERVER_ROLE: 6, DNS_DOMAIN: 12 } as const;

/** The members of the classes (MS-LSAD 2.2.4.5, 2.2.4.7, 2.2.4.6, 2.2.4.14); each has some of them. */
export interface PolicyInformation {
  readonly name: string | undefined;
  readonly dnsDomainName: string | undefined;
  readonly dnsForestName: string | undefined;
  /** 16 octets. */
  readonly domainGuid: Uint8Array;
  readonly sid: string | undefined;
  readonly lsaServerRole: number;
}

export interface LsarQueryInformationPolicyRequest {
  readonly policyHandle: string;
  readonly informationClass: number;
}

export interface LsarQueryInformationPolicyResponse {
  readonly policyInformation: Selected<Partial<PolicyInformation>> | undefined;
  readonly status: number;
}

const domain = struct({ name: unicodeString(2), sid: unique(rpcSid) });

const arms: Readonly<Record<number, Ndr<Partial<PolicyInformation>>>> = {
  [PolicyClass.PRIMARY_DOMAIN]: domain,
  [PolicyClass.ACCOUNT_DOMAIN]: domain,
  [PolicyClass.SERVER_ROLE]: struct({ lsaServerRole: u16 }),
  [PolicyClass.DNS_DOMAIN]: struct({
    name: unicodeString(2),
    dnsDomainName: unicodeString(2),
    dnsForestName: unicodeString(2),
    domainGuid: octets(16),
    sid: unique(rpcSid),
  }),
};

/** PolicyServerRolePrimary: of the server's own accounts. */
const PRIMARY = 3;

/** The server is a member of no domain: what it belongs to is a workgroup, which has a name and no SID. */
function informationOf(call: RpcCall, informationClass: number): Partial<PolicyInformation> | undefined {
  switch (informationClass) {
    case PolicyClass.PRIMARY_DOMAIN:
      return { name: WORKGROUP, sid: undefined };
    case PolicyClass.ACCOUNT_DOMAIN:
      return serverDomain(call);
    case PolicyClass.SERVER_ROLE:
      return { lsaServerRole: PRIMARY };
    case PolicyClass.DNS_DOMAIN:
      return {
        name: WORKGROUP,
        dnsDomainName: undefined,
        dnsForestName: undefined,
        domainGuid: new Uint8Array(16),
        sid: undefined,
      };
    default:
      return undefined;
  }
}

function queryInformationPolicy(
  opnum: number,
): Operation<LsarQueryInformationPolicyRequest, LsarQueryInformationPolicyResponse> {
  return {
    opnum,
    request: parameters<LsarQueryInformationPolicyRequest>({ policyHandle: contextHandle, informationClass: u16 }),
    response: parameters<LsarQueryInformationPolicyResponse>({
      policyInformation: unique(union(u16, arms)),
      status: u32,
    }),
    answer(call: RpcCall, { policyHandle, informationClass }) {
      call.handles.require(policyHandle);
      const arm = informationOf(call, informationClass);
      if (arm === undefined) return { policyInformation: undefined, status: NtStatus.INVALID_PARAMETER };
      return { policyInformation: { selector: informationClass, arm }, status: NtStatus.SUCCESS };
    },
  };
}

/** LsarQueryInformationPolicy (MS-LSAD 3.1.4.4.4). */
export const lsarQueryInformationPolicy = queryInformationPolicy(7);

/** LsarQueryInformationPolicy2 (MS-LSAD 3.1.4.4.3). */
export const lsarQueryInformationPolicy2 = queryInformationPolicy(46);
