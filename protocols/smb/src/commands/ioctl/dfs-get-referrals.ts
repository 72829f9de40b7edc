import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';

/** FSCTL_DFS_GET_REFERRALS (MS-SMB2 3.3.5.15.2): this server is in no DFS namespace, which clients are told so. */
export const dfsGetReferrals: FsctlRow = {
  needs: 'tree',
  handle() {
    throw new StatusError(NtStatus.FS_DRIVER_REQUIRED);
  },
};
