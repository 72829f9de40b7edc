import type { CephCluster } from '../../ceph/cluster.ts';
import type { CephDirectory } from '../../peers/ceph-directory.ts';

/** A Ceph file system that servers of a run share. */
export interface CephSite extends Omit<CephDirectory, 'path'> {
  readonly cluster: CephCluster;
  /** Where its `ceph.conf` has a gateway listen. */
  readonly gatewayPort: number;
  /** Monitor, manager, OSDs and MDS. */
  readonly pids: readonly number[];
}

/** A directory of it. */
export type CephPlace = CephSite & CephDirectory;
