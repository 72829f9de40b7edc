import { join } from 'node:path';

/** Files of a kept cluster's directory. */
export function clusterFiles(directory: string) {
  return {
    configuration: join(directory, 'ceph.conf'),
    adminKeyring: join(directory, 'keyring'),
    socket: join(directory, 'control.sock'),
    /** There once the cluster is ready; pid and start time of its keeper. */
    ready: join(directory, 'ready'),
    keeperLog: join(directory, 'keeper.log'),
  };
}
