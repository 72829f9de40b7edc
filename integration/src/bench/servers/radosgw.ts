import { freePorts } from '../../peers/daemon.ts';
import { packageVersion } from '../../peers/peer-packages.ts';
import { type Gateway, startGateway, startRadosgw } from '../../peers/radosgw.ts';
import { type BenchServer, type CpuGroup, groupsWith } from '../server.ts';
import type { CephSite } from '../storage/ceph-site.ts';

/** One OSD and one copy: all that one disk holds; anything else would have radosgw write more than we do. */
const osds = 1;

const answers =
  'PUT and DELETE are answered after the OSDs have committed object and bucket index to BlueStore (fdatasync).';

/** @param directory on the disk that is to be measured */
export async function radosgwServer(directory: string): Promise<BenchServer> {
  const [monitor = 0, monitorV2 = 0, port = 0] = await freePorts(3);
  const radosgw = await startRadosgw({ directory, ports: { monitor, monitorV2, gateway: port }, osds, copies: 1 });
  const durability =
    'radosgw over a Ceph cluster of this machine alone: 1 monitor, 1 manager, 1 OSD (BlueStore on a sparse file), one ' +
    `copy. ${answers}`;
  const cpuGroups = [
    { name: 'radosgw alone', pids: [radosgw.daemon.pid] },
    { name: 'radosgw, OSD, monitor, manager', pids: radosgw.allPids },
  ];
  return serverOf(radosgw, port, durability, cpuGroups, () => radosgw.stop());
}

/** A gateway of the cluster that all servers of the run store on. */
export async function cephGatewayServer({ cluster, pids, gatewayPort }: CephSite): Promise<BenchServer> {
  const gateway = await startGateway(cluster, gatewayPort);
  const durability = `radosgw with its pools on the same OSDs, tcp_nodelay=1. ${answers}`;
  const cpuGroups = groupsWith('radosgw', [gateway.daemon.pid], pids);
  return serverOf(gateway, gatewayPort, durability, cpuGroups, () => gateway.daemon.stop());
}

function serverOf(
  { accessKey, secretKey }: Gateway,
  port: number,
  durability: string,
  cpuGroups: readonly CpuGroup[],
  stop: () => Promise<void>,
): BenchServer {
  return {
    name: 'radosgw',
    version: packageVersion('radosgw') ?? 'unknown version',
    durability,
    cpuGroups,
    endpoint: (protocol) => {
      if (protocol !== 's3') throw new Error('radosgw is measured over S3 only');
      return { protocol, server: { port, bucket: 'bench', accessKey, secretKey, region: 'us-east-1' } };
    },
    stop,
  };
}
