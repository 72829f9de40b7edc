import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';

/** FSCTL_QUERY_NETWORK_INTERFACE_INFO (MS-SMB2 3.3.5.15.11): only multichannel has a use for it, which is not offered. */
export const queryNetworkInterfaceInfo: FsctlRow = {
  needs: 'tree',
  handle() {
    throw new StatusError(NtStatus.NOT_SUPPORTED);
  },
};
