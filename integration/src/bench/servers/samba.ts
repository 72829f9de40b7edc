import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePorts } from '../../peers/daemon.ts';
import { packageVersion } from '../../peers/peer-packages.ts';
import { type SambaShared, startSamba } from '../../peers/samba.ts';
import { type BenchServer, groupsWith } from '../server.ts';
import type { CephPlace } from '../storage/ceph-site.ts';

const changes = 'CREATE, CLOSE, WRITE and removal are answered without any sync:';
const flush = 'FLUSH syncs the file before the answer.';

/** @param directory on the disk that is to be measured */
export function sambaServer(directory: string): Promise<BenchServer> {
  const durability =
    'smbd over the host file system, a process for each connection. ' +
    `${changes} they are on disk when the host writes them out. ${flush}`;
  return serve(directory, join(directory, 'shared'), durability, []);
}

export function sambaCephServer(directory: string, place: CephPlace): Promise<BenchServer> {
  const durability =
    'smbd with vfs_ceph, a process and a libcephfs client for each connection. ' +
    `${changes} they are on the OSDs when client and MDS write them out. ${flush}`;
  return serve(directory, place, durability, place.pids);
}

async function serve(
  directory: string,
  shared: SambaShared,
  durability: string,
  storagePids: readonly number[],
): Promise<BenchServer> {
  const [port = 0] = await freePorts(1);
  const user = { name: 'bench', password: randomBytes(12).toString('hex') };
  const samba = await startSamba({
    directory: join(directory, 'server'),
    shared,
    port,
    user,
  });
  return {
    name: 'Samba',
    version: packageVersion('samba') ?? 'unknown version',
    durability,
    cpuGroups: groupsWith('Samba', [samba.daemon.pid], storagePids),
    endpoint: (protocol) => {
      if (protocol !== 'smb') throw new Error('Samba serves SMB only');
      return { protocol, server: { port, share: samba.share, user } };
    },
    stop: () => samba.stop(),
  };
}
