import { GANESHA, RADOSGW, SAMBA, SWIFT } from '../../peers/peer-packages.ts';
import { ganeshaServer } from '../servers/ganesha.ts';
import { radosgwServer } from '../servers/radosgw.ts';
import { sambaServer } from '../servers/samba.ts';
import { swiftServer } from '../servers/swift.ts';
import type { Storage } from './storage.ts';

/** The machine's disk: each server keeps its data in a folder of its own. */
export function localDisk(): Storage {
  return {
    head: {
      durability:
        'local backend (LMDB and host files). Every change of metadata, FILE_SYNC write, COMMIT and PUT is on disk ' +
        '(fdatasync) before it is answered, directory entry included; UNSTABLE writes are on disk after COMMIT, SMB’s after FLUSH.',
      pids: [],
    },
    peers: {
      nfs: { requirement: GANESHA, start: ganeshaServer },
      s3: { requirement: RADOSGW, start: radosgwServer },
      smb: { requirement: SAMBA, start: sambaServer },
      swift: { requirement: SWIFT, start: swiftServer },
    },
    stop: () => Promise.resolve(),
  };
}
