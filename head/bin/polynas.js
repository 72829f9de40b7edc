#!/usr/bin/env node
// Plain JavaScript that any Node can parse: it chooses the Node that runs the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const major = Number(process.versions.node.split('.')[0]);
const wanted = 24;
const least = 22;

function bundledNode() {
  // npm 10 makes no link in .bin for it (tools/with-node.mjs): its package is the sure place.
  const inPackage = `node-linux-${process.arch}/bin/node`;
  const places = [`../../node_modules/${inPackage}`, `../node_modules/${inPackage}`, `../../${inPackage}`];
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
}

function runWith(node) {
  // The channel is there to end: a head whose start script was killed stops, instead of living on unseen.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(node, process.argv.slice(1), { stdio, env: { ...process.env, POLYNAS_NODE: node } });
  // The child decides when to end; a signal to this process is meant for it. Terminals send one to both: the head takes two within a second for one.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`polynas: cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)));
}

const bundled = major < wanted && process.env.POLYNAS_NODE === undefined ? bundledNode() : undefined;
if (bundled) {
  runWith(bundled);
} else if (major < least) {
  console.error(
    `polynas: Node.js ${process.versions.node} is too old: ${wanted} is wanted, ${least} the least. ` +
      'Run `npm ci` in the project (it brings Node 24 along), or install a newer Node.js.',
  );
  process.exitCode = 1;
} else if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  // Payload buffers are memory outside of the heap. By default V8 marks the whole heap anew for each 32–64 MiB of them, which
  // costs more than serving large reads and writes does (docs/benchmarks.md); this counts them as part of the heap's own limit.
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  // Calls of libcephfs wait on threads of this pool, 24 at most at once (backends/cephfs/src/native/gate.ts): the rest of it stays for
  // files, names and crypto while a cluster hangs. Read at the first use of the pool, so it stands before anything else.
  process.env.UV_THREADPOOL_SIZE ??= '32';
  await import('../dist/main.js');
} else {
  console.error('polynas: not built yet: run `npm ci && npm start`, or `npx tsc -b` in the project.');
  process.exitCode = 1;
}
