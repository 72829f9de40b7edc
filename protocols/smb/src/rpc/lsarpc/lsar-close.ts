import { NtStatus } from '../../nt-status.ts';
import type { RpcCall } from '../context.ts';
import { contextHandle, NO_HANDLE } from '../ndr/context-handle.ts';
import { u32 } from '../ndr/scalars.ts';
import { parameters } from '../ndr/structures.ts';
import type { Operation } from '../rpc-interface.ts';

export interface LsarCloseRequest {
  readonly objectHandle: string;
}

export interface LsarCloseResponse {
  readonly objectHandle: string;
  readonly status: number;
}

/** LsarClose (MS-LSAD 3.1.4.9.4). */
export const lsarClose: Operation<LsarCloseRequest, LsarCloseResponse> = {
  opnum: 0,
  request: parameters<LsarCloseRequest>({ objectHandle: contextHandle }),
  response: parameters<LsarCloseResponse>({ objectHandle: contextHandle, status: u32 }),
  answer(call: RpcCall, { objectHandle }) {
    call.handles.remove(objectHandle);
    return { objectHandle: NO_HANDLE, status: NtStatus.SUCCESS };
  },
};
