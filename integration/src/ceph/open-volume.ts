import { randomBytes } from 'node:crypto';
import { openCephVolume, type CephOptions } from '@polynas/backend-cephfs';
import type { Volume } from '@polynas/core/spi';
import type { TestCluster } from './test-cluster.ts';

/** A volume of the cluster in this process, as a new client of the cluster's administrator unless `clientUuid` says which. */
export function openVolume(
  { configuration, fileSystem }: TestCluster,
  options: Pick<CephOptions, 'root' | 'writers'> & Partial<CephOptions>,
): Promise<Volume> {
  const clientUuid = randomBytes(16).toString('hex');
  return openCephVolume({ conf: configuration, client: 'admin', fileSystem, clientUuid, ...options });
}
