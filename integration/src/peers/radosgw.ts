import { randomBytes } from 'node:crypto';
import { CephCluster } from '../ceph/cluster.ts';
import type { CephPorts } from '../ceph/configuration.ts';
import type { CephDaemon } from '../ceph/ceph-programs.ts';

export interface RadosgwOptions {
  /** Folder for the whole cluster, on the disk that is to be measured. */
  readonly directory: string;
  readonly ports: Required<CephPorts>;
  readonly osds: number;
  readonly copies: number;
  /** Bytes of each OSD's sparse file; default 8 GiB. */
  readonly osdBytes?: number;
}

export interface Gateway {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly daemon: CephDaemon;
}

export interface Radosgw extends Gateway {
  /** Gateway, OSDs, monitor and manager. */
  readonly allPids: readonly number[];
  stop(): Promise<void>;
}

/** A Ceph cluster of this machine alone with a gateway and one S3 user; needs root. Takes about half a minute. */
export async function startRadosgw(options: RadosgwOptions): Promise<Radosgw> {
  const { directory, ports, osds, copies, osdBytes = 8 * 1024 ** 3 } = options;
  const cluster = await CephCluster.start({ directory, ports, osds, copies, osdBytes });
  try {
    const gateway = await startGateway(cluster, ports.gateway);
    return { ...gateway, allPids: cluster.pids, stop: () => cluster.stop() };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/**
 * A gateway of a running cluster, one of its daemons from now on, and one S3 user.
 *
 * @param port as its `ceph.conf` says
 */
export async function startGateway(cluster: CephCluster, port: number): Promise<Gateway> {
  const capabilities = ['mon', 'allow rw', 'osd', 'allow rwx', 'mgr', 'allow rw'];
  const keyring = await cluster.keyring('client.rgw.a', 'rgw/keyring', ...capabilities);
  const daemon = cluster.launch('client.rgw.a', 'radosgw', '-n', 'client.rgw.a', '--keyring', keyring);
  await daemon.listening(port, 120);
  const accessKey = randomBytes(10).toString('hex').toUpperCase();
  const secretKey = randomBytes(20).toString('hex');
  const user = ['--uid=bench', '--display-name=bench', `--access-key=${accessKey}`, `--secret-key=${secretKey}`];
  await cluster.commands.radosgwAdmin('user', 'create', ...user);
  return { accessKey, secretKey, daemon };
}
