import { NtStatus } from '../../nt-status.ts';
import type { RpcCall } from '../context.ts';
import { contextHandle, NO_HANDLE } from '../ndr/context-handle.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { u16, u32 } from '../ndr/scalars.ts';
import { wideString } from '../ndr/strings.ts';
import { parameters } from '../ndr/structures.ts';
import type { Operation } from '../rpc-interface.ts';
import { type ObjectAttributes, objectAttributes } from './object-attributes.ts';
import { grantsPolicy } from './policy-access.ts';

export interface LsarOpenPolicyRequest<Name> {
  readonly systemName: Name | undefined;
  readonly objectAttributes: ObjectAttributes;
  readonly desiredAccess: number;
}

export interface LsarOpenPolicyResponse {
  readonly policyHandle: string;
  readonly status: number;
}

function openPolicy<Name>(
  opnum: number,
  systemName: Ndr<Name>,
): Operation<LsarOpenPolicyRequest<Name>, LsarOpenPolicyResponse> {
  return {
    opnum,
    request: parameters<LsarOpenPolicyRequest<Name>>({
      systemName: unique(systemName),
      objectAttributes,
      desiredAccess: u32,
    }),
    response: parameters<LsarOpenPolicyResponse>({ policyHandle: contextHandle, status: u32 }),
    answer(call: RpcCall, { desiredAccess }) {
      if (!grantsPolicy(desiredAccess)) return { policyHandle: NO_HANDLE, status: NtStatus.ACCESS_DENIED };
      const policyHandle = call.handles.add();
      if (policyHandle === undefined) return { policyHandle: NO_HANDLE, status: NtStatus.INSUFFICIENT_RESOURCES };
      return { policyHandle, status: NtStatus.SUCCESS };
    },
  };
}

/** LsarOpenPolicy (MS-LSAD 3.1.4.4.2), whose server name is declared as one character. */
export const lsarOpenPolicy = openPolicy(6, u16);

/** LsarOpenPolicy2 (MS-LSAD 3.1.4.4.1). */
export const lsarOpenPolicy2 = openPolicy(44, wideString);
