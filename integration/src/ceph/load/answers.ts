import { NfsStatusError } from '../../bench/nfs/nfs-client.ts';
import { S3StatusError } from '../../bench/s3/s3-client.ts';
import { SmbStatusError } from '../../bench/smb/smb-client.ts';
import { SwiftStatusError } from '../../bench/swift/swift-client.ts';

/**
 * `refused`: not done and never will be, ask again. `unknown`: a proper error of the protocol that leaves open what was done.
 * `lost`: no answer, the connection is gone. `wrong`: an answer that nothing which happens to the storage explains.
 */
export type Kind = 'refused' | 'unknown' | 'lost' | 'wrong';

/** RFC 1813 §2.6: IO, SERVERFAULT */
const nfsUnknown = [5, 10_006];
const NFS3ERR_JUKEBOX = 10_008;

/**
 * MS-ERREF 2.3.1: INSUFFICIENT_RESOURCES, IO_TIMEOUT, NETWORK_NAME_DELETED, CANCELLED, IO_DEVICE_ERROR, FILE_CLOSED (an open that did
 * not survive a loss of the volume's unstable data), UNEXPECTED_IO_ERROR.
 */
const smbUnknown = [0xc000009a, 0xc00000b5, 0xc00000c9, 0xc0000120, 0xc0000185, 0xc0000128, 0xc00000e9];

/** What a failed call tells about what it was to do. */
export function kindOf(error: unknown): Kind {
  if (error instanceof NfsStatusError) {
    if (error.status === NFS3ERR_JUKEBOX) return 'refused';
    return nfsUnknown.includes(error.status) ? 'unknown' : 'wrong';
  }
  if (error instanceof SmbStatusError) {
    const status = Number(/0x[0-9a-f]+$/.exec(error.message)?.[0]);
    return smbUnknown.includes(status) ? 'unknown' : 'wrong';
  }
  if (error instanceof S3StatusError || error instanceof SwiftStatusError) {
    if (/<Code>SlowDown</.test(error.message)) return 'refused';
    return /: (408|500|503)\b/.test(error.message) ? 'unknown' : 'wrong';
  }
  return 'lost';
}
