// Keeps one cluster: starts it in a directory, serves its control, and ends it when told to or when its owner is gone.
//
//   node keeper-process.ts DIRECTORY [OWNER-PID OWNER-START-TIME]
//
// The daemons end with this process, however it ends. With POLYNAS_CEPH_IMAGE they run in containers of that image. Started by test-cluster.ts and by integration/ceph/run.mjs.
import { rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { startTime } from '../kernel/run-directory.ts';
import { freePorts } from '../peers/daemon.ts';
import { CephCluster } from './cluster.ts';
import { serveControl } from './control.ts';
import { clusterFiles } from './files.ts';
import { ContainerPrograms, installedPrograms } from './programs.ts';

const GIB = 1024 ** 3;
const [directory = '', ownerPid, ownerStarted] = process.argv.slice(2);
const files = clusterFiles(directory);

const image = process.env['POLYNAS_CEPH_IMAGE'];
const programs = image === undefined ? installedPrograms : await ContainerPrograms.start(directory, image);
const started: { cluster?: CephCluster } = {};

/** Also while the cluster is being started: what runs by then ends with this process. */
async function end(): Promise<never> {
  await started.cluster?.discard();
  await programs.close();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
if (ownerPid !== undefined) {
  setInterval(() => {
    if (startTime(Number(ownerPid)) !== ownerStarted) void end();
  }, 500);
}

const [monitor = 0, monitorV2 = 0] = await freePorts(2);
const layout = { directory, ports: { monitor, monitorV2 }, osds: 3, copies: 3, osdBytes: 10 * GIB };
const cluster = await CephCluster.start({ ...layout, fileSystem: 'nas', small: true }, programs);
started.cluster = cluster;
serveControl(cluster, files.socket, () => void end());
writeFileSync(files.ready, `${process.pid} ${startTime(process.pid) ?? ''}`);
