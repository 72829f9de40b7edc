import { type RpcCall, WORKGROUP } from '../context.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { nullPointer, unique } from '../ndr/pointers.ts';
import { u32 } from '../ndr/scalars.ts';
import { wideString } from '../ndr/strings.ts';
import { parameters, struct } from '../ndr/structures.ts';
import { type Selected, union } from '../ndr/unions.ts';
import type { Operation } from '../rpc-interface.ts';
import { PLATFORM_NT, VERSION } from '../server-identity.ts';
import { Win32Error } from '../win32-error.ts';

/** The members of WKSTA_INFO_100, _101 and _102 (MS-WKST 2.2.5.1 ff.); each level has those before it. */
export interface WorkstationInfo {
  readonly platformId: number;
  readonly computername: string | undefined;
  readonly langroup: string | undefined;
  readonly verMajor: number;
  readonly verMinor: number;
  readonly lanroot: string | undefined;
  readonly loggedOnUsers: number;
}

export interface NetrWkstaGetInfoRequest {
  readonly serverName: string | undefined;
  readonly level: number;
}

export interface NetrWkstaGetInfoResponse {
  readonly wkstaInfo: Selected<Partial<WorkstationInfo> | undefined>;
  readonly status: number;
}

const basic = {
  platformId: u32,
  computername: unique(wideString),
  langroup: unique(wideString),
  verMajor: u32,
  verMinor: u32,
};
const rooted = { ...basic, lanroot: unique(wideString) };

/** Levels of WKSTA_INFO (MS-WKST 2.2.4.1) that are not served: their arm is a null pointer. */
const OTHERS = [502, 1013, 1018, 1046];

const served: Readonly<Record<number, Ndr<Partial<WorkstationInfo> | undefined>>> = {
  100: unique(struct(basic)),
  101: unique(struct(rooted)),
  102: unique(struct({ ...rooted, loggedOnUsers: u32 })),
};

const arms = { ...Object.fromEntries(OTHERS.map((level) => [level, nullPointer])), ...served };

function workstationInfo(call: RpcCall): WorkstationInfo {
  return {
    platformId: PLATFORM_NT,
    computername: call.serverName,
    langroup: WORKGROUP,
    verMajor: VERSION.major,
    verMinor: VERSION.minor,
    lanroot: '',
    // Of people at its console.
    loggedOnUsers: 0,
  };
}

/** NetrWkstaGetInfo (MS-WKST 3.2.4.1). */
export const netrWkstaGetInfo: Operation<NetrWkstaGetInfoRequest, NetrWkstaGetInfoResponse> = {
  opnum: 0,
  request: parameters<NetrWkstaGetInfoRequest>({ serverName: unique(wideString), level: u32 }),
  response: parameters<NetrWkstaGetInfoResponse>({ wkstaInfo: union(u32, arms), status: u32 }),
  answer(call: RpcCall, { level }) {
    const known = Object.hasOwn(served, level);
    return {
      wkstaInfo: { selector: level, arm: known ? workstationInfo(call) : undefined },
      status: known ? Win32Error.SUCCESS : Win32Error.INVALID_LEVEL,
    };
  },
};
