import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';

/** FSCTL_SRV_READ_HASH (MS-SMB2 3.3.5.15.7): no branch cache. */
export const readHash: FsctlRow = {
  needs: 'file',
  handle() {
    throw new StatusError(NtStatus.HASH_NOT_SUPPORTED);
  },
};

/** FSCTL_LMR_REQUEST_RESILIENCY (MS-SMB2 3.3.5.15.9): no open outlives its connection. */
export const requestResiliency: FsctlRow = {
  needs: 'file',
  handle() {
    throw new StatusError(NtStatus.NOT_SUPPORTED);
  },
};

/** FSCTL_FILE_LEVEL_TRIM (MS-FSCC 2.3.15): advice to a disk that is not known here; clients go on without. */
export const fileLevelTrim: FsctlRow = {
  needs: 'file',
  handle() {
    throw new StatusError(NtStatus.NOT_SUPPORTED);
  },
};
