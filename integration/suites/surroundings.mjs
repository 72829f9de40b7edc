// What a core needs around it when a suite of somebody else's is run against one door of it.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCephVolume } from '@polynas/backend-cephfs';
import { openLocalVolume } from '@polynas/backend-local';
import { openMemoryVolume } from '@polynas/backend-memory';

/** @param {unknown} error */
export function report(error) {
  console.error(error);
}

/**
 * A new volume: on the cluster that integration/ceph/run.mjs started in POLYNAS_CEPH_DIR, or with POLYNAS_SUITE_BACKEND=local
 * in a temporary directory that goes with it; in memory else.
 * @param {string} suite
 * @returns {Promise<{ volume: import("@polynas/core/spi").Volume, discard: () => Promise<void> }>}
 */
export async function openSuiteVolume(suite) {
  const { POLYNAS_CEPH_DIR: cluster, POLYNAS_SUITE_BACKEND: backend = cluster === undefined ? 'memory' : 'cephfs' } =
    process.env;
  switch (backend) {
    case 'memory': {
      const volume = openMemoryVolume();
      return { volume, discard: () => volume.close() };
    }
    case 'local': {
      const directory = await mkdtemp(join(tmpdir(), `${suite}-volume-`));
      const volume = await openLocalVolume({ directory });
      const discard = async () => {
        await volume.close();
        await rm(directory, { recursive: true });
      };
      return { volume, discard };
    }
    case 'cephfs': {
      if (cluster === undefined) throw new Error('POLYNAS_CEPH_DIR names no cluster');
      const volume = await openCephVolume({
        conf: join(cluster, 'ceph.conf'),
        client: 'admin',
        fileSystem: 'nas',
        root: `/${suite}/${randomUUID()}`,
        writers: 'head',
        clientUuid: randomBytes(16).toString('hex'),
        report,
      });
      return { volume, discard: () => volume.close() };
    }
    default:
      throw new Error(`POLYNAS_SUITE_BACKEND: ${backend} is none of memory, local, cephfs`);
  }
}
