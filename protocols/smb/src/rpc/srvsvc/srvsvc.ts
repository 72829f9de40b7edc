import { operationsOf, type RpcInterface } from '../rpc-interface.ts';
import { netrConnectionEnum } from './netr-connection-enum.ts';
import { netrFileEnum } from './netr-file-enum.ts';
import { netrRemoteTod } from './netr-remote-tod.ts';
import { netrServerGetInfo } from './netr-server-get-info.ts';
import { netrSessionEnum } from './netr-session-enum.ts';
import { netrShareEnum } from './netr-share-enum.ts';
import { netrShareEnumSticky } from './netr-share-enum-sticky.ts';
import { netrShareGetInfo } from './netr-share-get-info.ts';

/** The server service (MS-SRVS): what clients ask for lists of shares. */
export const srvsvc: RpcInterface = {
  syntax: { uuid: '4b324fc8-1670-01d3-1278-5a47bf6ee188', major: 3, minor: 0 },
  address: '\\PIPE\\srvsvc',
  operations: operationsOf(
    netrConnectionEnum,
    netrFileEnum,
    netrSessionEnum,
    netrShareEnum,
    netrShareGetInfo,
    netrServerGetInfo,
    netrRemoteTod,
    netrShareEnumSticky,
  ),
};
