import { CephCluster } from '../../ceph/cluster.ts';
import { run } from '../../ceph/commands.ts';
import { freePorts } from '../../peers/daemon.ts';
import { GANESHA_CEPH, packageVersion, RADOSGW, SAMBA_CEPH } from '../../peers/peer-packages.ts';
import { clusterWork, flushJournal, purged } from '../measure/cluster-work.ts';
import { ganeshaCephServer } from '../servers/ganesha.ts';
import { cephGatewayServer } from '../servers/radosgw.ts';
import { sambaCephServer } from '../servers/samba.ts';
import type { CephSite } from './ceph-site.ts';
import type { Storage } from './storage.ts';

const GIB = 1024 ** 3;
const osds = 3;
const fileSystem = 'nas';

/**
 * One cluster of this machine alone for all servers: each has a directory of the same file system, the gateway its pools on the same OSDs.
 *
 * @param directory for the whole cluster, on the disk that is to be measured
 */
export async function cephStorage(directory: string): Promise<Storage> {
  const [monitor = 0, monitorV2 = 0, gateway = 0] = await freePorts(3);
  const ports = { monitor, monitorV2, gateway };
  const cluster = await CephCluster.start({ directory, ports, osds, copies: 3, osdBytes: 12 * GIB, fileSystem });
  // Before the gateway is one of its daemons, whose work is not the cluster's.
  const pids = cluster.pids;
  const configuration = `${directory}/ceph.conf`;
  const site: CephSite = { cluster, configuration, client: 'admin', fileSystem, gatewayPort: gateway, pids };
  try {
    await makeDirectories(configuration, ['/ganesha', '/samba']);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    description:
      `Ceph ${packageVersion('ceph-common') ?? 'of unknown version'}, one cluster of this machine alone for all: 1 monitor, 1 manager, ` +
      `${osds} OSDs (BlueStore on sparse files), three copies of everything, 1 MDS. Peak memory of its daemons is in each server’s ` +
      'second figure.',
    head: {
      volumes: [
        {
          name: 'main',
          backend: 'cephfs',
          ceph: { conf: configuration, client: 'admin', fileSystem, root: '/polynas' },
        },
      ],
      durability:
        'cephfs backend (libcephfs in the process). Every change of metadata, FILE_SYNC write, COMMIT and PUT is on the OSDs, the MDS’s ' +
        'journal included, before it is answered; UNSTABLE writes are after COMMIT, SMB’s after FLUSH.',
      pids,
    },
    peers: {
      nfs: { requirement: GANESHA_CEPH, start: (place) => ganeshaCephServer(place, { ...site, path: '/ganesha' }) },
      s3: { requirement: RADOSGW, start: () => cephGatewayServer(site) },
      smb: { requirement: SAMBA_CEPH, start: (place) => sambaCephServer(place, { ...site, path: '/samba' }) },
    },
    clusterWork: () => clusterWork(`${directory}/run`, osds),
    settle: async () => {
      await flushJournal(`${directory}/run`);
      await purged(`${directory}/run`);
    },
    // Nothing of it is wanted any more.
    stop: () => cluster.discard(),
  };
}

/** With python3-cephfs, which ceph-common brings along: the peers want their directories to be there. */
async function makeDirectories(configuration: string, paths: readonly string[]): Promise<void> {
  const program = `import cephfs, sys
fs = cephfs.LibCephFS(conffile=sys.argv[1], auth_id='admin')
fs.mount()
for path in sys.argv[2:]:
    fs.mkdirs(path, 0o777)
    fs.chmod(path, 0o777)
fs.sync_fs()
fs.shutdown()
`;
  await run('/usr/bin/python3', ['-c', program, configuration, ...paths]);
}
