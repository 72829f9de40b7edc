import { randomBytes } from 'node:crypto';
import { freePorts } from '../../peers/daemon.ts';
import { packageVersion } from '../../peers/peer-packages.ts';
import { startSwift } from '../../peers/swift.ts';
import type { BenchServer } from '../server.ts';

/** @param directory on the disk that is to be measured */
export async function swiftServer(directory: string): Promise<BenchServer> {
  const [proxy = 0, account = 0, container = 0, object = 0, memcached = 0] = await freePorts(5);
  const user = { account: 'bench', name: 'bench', key: randomBytes(20).toString('hex') };
  const swift = await startSwift({ directory, ports: { proxy, account, container, object, memcached }, user });
  return {
    name: 'OpenStack Swift',
    version: packageVersion('swift-proxy') ?? 'unknown version',
    durability:
      'proxy, account, container and object server and memcached of this machine alone, one device, one replica. PUT is answered after ' +
      'the object file is synced; the row in the container’s database may come after.',
    cpuGroups: [
      { name: 'Swift’s proxy alone', pids: [swift.proxyPid] },
      { name: 'proxy, account, container, object server, memcached', pids: swift.allPids },
    ],
    endpoint: (protocol) => {
      if (protocol !== 'swift') throw new Error('OpenStack Swift is measured over Swift only');
      const { authUrl } = swift;
      return {
        protocol,
        server: { port: proxy, authUrl, user: `${user.account}:${user.name}`, key: user.key, container: 'bench' },
      };
    },
    stop: () => swift.stop(),
  };
}
