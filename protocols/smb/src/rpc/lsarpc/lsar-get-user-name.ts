import { NtStatus } from '../../nt-status.ts';
import type { RpcCall } from '../context.ts';
import { unique } from '../ndr/pointers.ts';
import { u32 } from '../ndr/scalars.ts';
import { unicodeString, wideString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import type { Operation } from '../rpc-interface.ts';

/** A pointer behind a pointer: with the outer one the client asks for the domain's name, the inner one is null until it is answered. */
interface Wanted {
  readonly name: string | undefined;
}

export interface LsarGetUserNameRequest {
  readonly systemName: string | undefined;
  readonly userName: string | undefined;
  readonly domainName: Wanted | undefined;
}

export interface LsarGetUserNameResponse {
  readonly userName: string | undefined;
  readonly domainName: Wanted | undefined;
  readonly status: number;
}

const userName = unique(unicodeString());
const domainName = unique(struct<Wanted>({ name: unique(unicodeString()) }));

/** LsarGetUserName (MS-LSAT 3.1.4.2). */
export const lsarGetUserName: Operation<LsarGetUserNameRequest, LsarGetUserNameResponse> = {
  opnum: 45,
  request: parameters<LsarGetUserNameRequest>({ systemName: unique(wideString), userName, domainName }),
  response: parameters<LsarGetUserNameResponse>({ userName, domainName, status: u32 }),
  answer: (call: RpcCall, request) => ({
    userName: call.principal.name,
    domainName: request.domainName && { name: call.serverName },
    status: NtStatus.SUCCESS,
  }),
};
