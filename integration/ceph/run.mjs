// A Ceph cluster of this machine alone, to try CephFS volumes by hand: one monitor, one manager, three OSDs on sparse files (three
// copies), one MDS, file system `nas`; loopback only, cephx on. Needs root and Debian's packages (integration/packages.txt).
//
//   node integration/ceph/run.mjs up DIR           starts it in DIR, which must not be there; prints how to use it
//   node integration/ceph/run.mjs down DIR         ends it and removes DIR
//   node integration/ceph/run.mjs kill|end|again DIR DAEMON…   SIGKILL, SIGTERM, start again: mon.a mgr.x osd.0 osd.1 osd.2 mds.a
//
// With POLYNAS_CEPH_DIR=DIR the integration tests use it instead of starting one of their own.
import { resolve } from 'node:path';
import process from 'node:process';

const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  console.error(
    `This needs Node 24 and this is ${process.versions.node}: node tools/with-node.mjs 'node integration/ceph/run.mjs …'`,
  );
  process.exit(1);
}
const { startKeeper, TestCluster } = await import('../src/ceph/test-cluster.ts');

const usage = 'usage: node integration/ceph/run.mjs up|down DIR, or kill|end|again DIR DAEMON…';
const [command, given, ...daemons] = process.argv.slice(2);
if (given === undefined) {
  console.error(usage);
  process.exit(2);
}
const directory = resolve(given);
const cluster = new TestCluster(directory);

switch (command) {
  case 'up':
    await startKeeper(directory);
    console.log(`ready: ceph -c ${cluster.configuration} -s`);
    console.log('In polynas.yaml:');
    console.log('volumes:');
    console.log('  - name: main');
    console.log('    backend: cephfs');
    console.log(`    ceph: { conf: ${cluster.configuration}, client: admin, fileSystem: nas, root: /polynas }`);
    break;
  case 'down':
    await cluster.discard();
    break;
  case 'kill':
  case 'end':
  case 'again':
    await cluster[command](...daemons);
    break;
  default:
    console.error(usage);
    process.exitCode = 2;
}
