import { srvSnapshotArray } from '../../messages/fsctl/enumerate-snapshots.ts';
import { encode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';

/** The least that a client has room for, and that the response has (MS-SMB2 2.2.32.2, 3.3.5.15.1). */
const LEAST_BYTES = 16;

/** FSCTL_SRV_ENUMERATE_SNAPSHOTS (MS-SMB2 3.3.5.15.1): there are none. */
export const enumerateSnapshots: FsctlRow = {
  needs: 'file',
  handle(_context, request) {
    if (request.maxOutputResponse < LEAST_BYTES) throw new StatusError(NtStatus.INVALID_PARAMETER);
    const output = new Uint8Array(LEAST_BYTES);
    output.set(encode(srvSnapshotArray, { numberOfSnapshots: 0, snapshotArraySize: 0, snapshots: [] }));
    return output;
  },
};
