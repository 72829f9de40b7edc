import { join } from 'node:path';
import { freePorts } from '../../peers/daemon.ts';
import { startGanesha } from '../../peers/ganesha.ts';
import { packageVersion } from '../../peers/peer-packages.ts';
import { type BenchServer, benchUser } from '../server.ts';

/** @param directory on the disk that is to be measured */
export async function ganeshaServer(directory: string): Promise<BenchServer> {
  const [nfsPort = 0, mountPort = 0, nlm = 0, rquota = 0] = await freePorts(4);
  const ganesha = await startGanesha({
    directory: join(directory, 'server'),
    exported: join(directory, 'exported'),
    nfsPort,
    mountPort,
    sparePorts: [nlm, rquota],
  });
  return {
    name: 'NFS-Ganesha',
    version: packageVersion('nfs-ganesha') ?? 'unknown version',
    durability:
      'VFS back end over the host file system. CREATE, MKDIR, REMOVE, SETATTR are answered without any sync: they are on ' +
      'disk when the host writes its journal (ext4: within 5 s). FILE_SYNC writes and COMMIT sync the file before the answer.',
    cpuGroups: [{ name: 'NFS-Ganesha', pids: [ganesha.daemon.pid] }],
    endpoint: (protocol) => {
      if (protocol !== 'nfs') throw new Error('NFS-Ganesha serves NFS only');
      return { protocol, server: { nfsPort, mountPort, exportPath: ganesha.exportPath, ...benchUser } };
    },
    stop: () => ganesha.stop(),
  };
}
