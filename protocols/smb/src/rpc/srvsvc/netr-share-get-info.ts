import type { RpcCall } from '../context.ts';
import type { Ndr } from '../ndr/ndr.ts';
import { unique } from '../ndr/pointers.ts';
import { u32 } from '../ndr/scalars.ts';
import { wideString } from '../ndr/strings.ts';
import { parameters } from '../ndr/structures.ts';
import { type Selected, union } from '../ndr/unions.ts';
import type { Operation } from '../rpc-interface.ts';
import { Win32Error } from '../win32-error.ts';
import { type ShareInfo, shareInfo } from './share-info.ts';
import { shownShare } from './shown-shares.ts';

export interface NetrShareGetInfoRequest {
  readonly serverName: string | undefined;
  readonly netName: string;
  readonly level: number;
}

export interface NetrShareGetInfoResponse {
  readonly infoStruct: Selected<Partial<ShareInfo> | undefined>;
  readonly status: number;
}

const infoStruct = union<Partial<ShareInfo> | undefined>(
  u32,
  Object.fromEntries(
    Object.entries(shareInfo).map(([level, type]): [string, Ndr<Partial<ShareInfo> | undefined>] => [
      level,
      unique(type),
    ]),
  ),
);

/** NetrShareGetInfo (MS-SRVS 3.1.4.10). */
export const netrShareGetInfo: Operation<NetrShareGetInfoRequest, NetrShareGetInfoResponse> = {
  opnum: 16,
  request: parameters<NetrShareGetInfoRequest>({ serverName: unique(wideString), netName: wideString, level: u32 }),
  response: parameters<NetrShareGetInfoResponse>({ infoStruct, status: u32 }),
  answer(call: RpcCall, { netName, level }) {
    const refused = (status: number): NetrShareGetInfoResponse => ({
      infoStruct: { selector: level, arm: undefined },
      status,
    });
    if (!Object.hasOwn(shareInfo, level)) return refused(Win32Error.INVALID_LEVEL);
    const share = shownShare(call, netName);
    if (share === undefined) return refused(Win32Error.NET_NAME_NOT_FOUND);
    return { infoStruct: { selector: level, arm: share }, status: Win32Error.SUCCESS };
  },
};
