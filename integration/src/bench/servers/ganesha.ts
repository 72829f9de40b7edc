import { join } from 'node:path';
import { freePorts } from '../../peers/daemon.ts';
import { type GaneshaExport, startGanesha } from '../../peers/ganesha.ts';
import { packageVersion } from '../../peers/peer-packages.ts';
import { type BenchServer, benchUser, groupsWith } from '../server.ts';
import type { CephPlace } from '../storage/ceph-site.ts';

const metadata = 'CREATE, MKDIR, REMOVE, SETATTR are answered without any sync:';

/** @param directory on the disk that is to be measured */
export function ganeshaServer(directory: string): Promise<BenchServer> {
  const durability =
    `VFS back end over the host file system. ${metadata} they are on disk when the host writes its journal (ext4: within 5 s). ` +
    'FILE_SYNC writes and COMMIT sync the file before the answer.';
  return serve(directory, join(directory, 'exported'), durability, []);
}

export function ganeshaCephServer(directory: string, place: CephPlace): Promise<BenchServer> {
  const durability =
    `Ceph back end (libcephfs), with its own default settings: it takes attributes for valid for 60 s. ${metadata} they are on the OSDs ` +
    'when the MDS writes its journal (within 5 s). FILE_SYNC writes and COMMIT sync the file before the answer.';
  return serve(directory, place, durability, place.pids);
}

async function serve(
  directory: string,
  exported: GaneshaExport,
  durability: string,
  storagePids: readonly number[],
): Promise<BenchServer> {
  const [nfsPort = 0, mountPort = 0, nlm = 0, rquota = 0] = await freePorts(4);
  const ganesha = await startGanesha({
    directory: join(directory, 'server'),
    exported,
    nfsPort,
    mountPort,
    sparePorts: [nlm, rquota],
  });
  return {
    name: 'NFS-Ganesha',
    version: packageVersion('nfs-ganesha') ?? 'unknown version',
    durability,
    cpuGroups: groupsWith('NFS-Ganesha', [ganesha.daemon.pid], storagePids),
    endpoint: (protocol) => {
      if (protocol !== 'nfs') throw new Error('NFS-Ganesha serves NFS only');
      return { protocol, server: { nfsPort, mountPort, exportPath: ganesha.exportPath, ...benchUser } };
    },
    stop: () => ganesha.stop(),
  };
}
