import { randomUUID } from 'node:crypto';
import { TestCluster } from '../ceph/test-cluster.ts';

export interface CephVolumeOptions {
  readonly mounts?: number;
  readonly writers?: 'head' | 'shared';
  /** Without `client.`, or with it; admin when not given. */
  readonly client?: string;
  readonly keyring?: string;
  readonly keyFile?: string;
  readonly monitors?: readonly string[];
}

/** A directory of a Ceph file system that is one head's volume. */
export class CephPlace {
  readonly cluster: TestCluster;
  /** Path in the file system; the head makes it. */
  readonly root = `/e2e/${randomUUID()}`;
  readonly #options: CephVolumeOptions;

  /** A new one on the cluster of this test run, where POLYNAS_E2E_BACKEND=cephfs asks for it. */
  static async ofTheRun(): Promise<CephPlace | undefined> {
    const wanted = process.env['POLYNAS_E2E_BACKEND'] === 'cephfs';
    return wanted ? new CephPlace(await TestCluster.shared()) : undefined;
  }

  constructor(cluster: TestCluster, options: CephVolumeOptions = {}) {
    this.cluster = cluster;
    this.#options = options;
  }

  /** Of `volumes` in polynas.yaml. */
  volume(name: string): object {
    const { configuration: conf, fileSystem } = this.cluster;
    // A cluster is named by its file or by its monitors.
    const where = this.#options.monitors ? {} : { conf };
    const ceph = { ...where, client: 'admin', fileSystem, root: this.root, ...this.#options };
    return { name, backend: 'cephfs', ceph };
  }

  /** Closes the sessions that a killed head left: an MDS that starts again would wait for them (45 s). */
  async forget(pid: number): Promise<void> {
    await this.cluster.evict(await this.cluster.sessionsOf(pid));
  }

  /** What a scrub of the MDS finds wrong with the tree. */
  problems(): Promise<string[]> {
    return this.cluster.scrub(this.root);
  }
}
