import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScratchDirectory } from '../peers/scratch-directory.ts';
import { directoryVariable, TestCluster } from './test-cluster.ts';

/**
 * For the whole test run: names a directory where the first test file that needs a Ceph cluster starts one, and ends it after the last.
 * Should this process be killed, the cluster's keeper sees that its owner is gone, and ends by itself.
 */
export default function setup(): (() => Promise<void>) | undefined {
  // Two projects of one run share it.
  if (process.env[directoryVariable] !== undefined) return undefined;
  const scratch = new ScratchDirectory(tmpdir(), 'polynas-ceph-run-');
  process.env[directoryVariable] = scratch.path;
  // Of the processes that run the tests: libcephfs blocks a thread of libuv's pool with each call, and the backend makes up to 24 at once.
  process.env['UV_THREADPOOL_SIZE'] ??= '32';
  return async () => {
    const cluster = join(scratch.path, 'cluster');
    if (existsSync(cluster) && readdirSync(cluster).includes('ready')) await new TestCluster(cluster).discard();
    scratch.remove();
  };
}
