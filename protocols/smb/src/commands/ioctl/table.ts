import { CtlCode } from '../../messages/ioctl.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { dfsGetReferrals } from './dfs-get-referrals.ts';
import { queryNetworkInterfaceInfo } from './query-network-interface-info.ts';
import { validateNegotiateInfo } from './validate-negotiate-info.ts';

/** Control codes that are served or refused with a status of their own. */
export const fsctls: ReadonlyMap<number, FsctlRow> = new Map<number, FsctlRow>([
  [CtlCode.FSCTL_DFS_GET_REFERRALS, dfsGetReferrals],
  [CtlCode.FSCTL_DFS_GET_REFERRALS_EX, dfsGetReferrals],
  [CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO, queryNetworkInterfaceInfo],
  [CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, validateNegotiateInfo],
]);
