import { freePorts } from '../../peers/daemon.ts';
import { packageVersion } from '../../peers/peer-packages.ts';
import { startRadosgw } from '../../peers/radosgw.ts';
import type { BenchServer } from '../server.ts';

/** One OSD and one copy: all that one disk holds; anything else would have radosgw write more than we do. */
const osds = 1;

/** @param directory on the disk that is to be measured */
export async function radosgwServer(directory: string): Promise<BenchServer> {
  const [monitor = 0, monitorV2 = 0, port = 0] = await freePorts(3);
  const radosgw = await startRadosgw({ directory, ports: { monitor, monitorV2, gateway: port }, osds, copies: 1 });
  const { accessKey, secretKey } = radosgw;
  return {
    name: 'radosgw',
    version: packageVersion('radosgw') ?? 'unknown version',
    durability:
      'radosgw over a Ceph cluster of this machine alone: 1 monitor, 1 manager, 1 OSD (BlueStore on a sparse file), one ' +
      'copy. PUT and DELETE are answered after the OSD has committed object and bucket index to BlueStore (fdatasync).',
    cpuGroups: [
      { name: 'radosgw alone', pids: [radosgw.gatewayPid] },
      { name: 'radosgw, OSD, monitor, manager', pids: radosgw.allPids },
    ],
    endpoint: (protocol) => {
      if (protocol !== 's3') throw new Error('radosgw is measured over S3 only');
      return { protocol, server: { port, bucket: 'bench', accessKey, secretKey, region: 'us-east-1' } };
    },
    stop: () => radosgw.stop(),
  };
}
