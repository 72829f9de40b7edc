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
import { ContainerPrograms } from './container-programs.ts';
import { containerFile, installedPrograms } from './programs.ts';

const GIB = 1024 ** 3;
const [directory = '', ownerPid, ownerStarted] = process.argv.slice(2);
const files = clusterFiles(directory);

const image = process.env['POLYNAS_CEPH_IMAGE'];
const containers = image === undefined ? undefined : await ContainerPrograms.start(directory, image);
if (containers !== undefined) writeFileSync(containerFile(directory), containers.id);
const programs = containers ?? installedPrograms;
const started: { cluster?: CephCluster } = {};

let ending: Promise<never> | undefined;

/** Also while the cluster is being started: what runs by then ends with this process. */
function end(): Promise<never> {
  return (ending ??= (async () => {
    await started.cluster?.discard();
    await programs.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    process.exit(0);
  })());
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
if (ownerPid !== undefined) {
  setInterval(() => {
    if (startTime(Number(ownerPid)) !== ownerStarted) void end();
  }, 500);
}

const [monitor = 0, monitorV2 = 0] = await freePorts(2);
const layout = { directory, ports: { monitor, monitorV2 }, osds: 3, copies: 3, osdBytes: 10 * GIB };
// A start that fails because all of it is being ended is none that failed.
const cluster = await CephCluster.start({ ...layout, fileSystem: 'nas', small: true }, programs).catch(
  (error: unknown) => ending ?? Promise.reject(error as Error),
);
started.cluster = cluster;
serveControl(cluster, files.socket, () => void end());
writeFileSync(files.ready, `${process.pid} ${startTime(process.pid) ?? ''}`);
