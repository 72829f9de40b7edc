import { operationsOf, type RpcInterface } from '../rpc-interface.ts';
import { netrWkstaGetInfo } from './netr-wksta-get-info.ts';

/** The workstation service (MS-WKST). */
export const wkssvc: RpcInterface = {
  syntax: { uuid: '6bffd098-a112-3610-9833-46c3f87e345a', major: 1, minor: 0 },
  address: '\\PIPE\\wkssvc',
  operations: operationsOf(netrWkstaGetInfo),
};
