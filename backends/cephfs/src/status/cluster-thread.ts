import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type * as koffiModule from 'koffi';
import { errno } from '../native/errno.ts';
import { define } from '../native/ceph-functions.ts';
import type { ClusterAccess, ClusterAnswer, ClusterQuestion } from './cluster-messages.ts';

/*
 * The program of the thread that asks the monitors: librados is called synchronously here, so that a cluster that does not answer holds up nothing but
 * this thread, and that no longer than `rados_mon_op_timeout`.
 */

const access = workerData as ClusterAccess;
let cluster: bigint | undefined;

function load() {
  const koffi = createRequire(import.meta.url)('koffi') as typeof koffiModule;
  const library = koffi.load('librados.so.2');
  const call = (name: string, signature: string) => define(library, name, signature);
  return {
    koffi,
    create: call('rados_create', 'int (void *cluster, const char *id)'),
    readConf: call('rados_conf_read_file', 'int (void *cluster, const char *path)'),
    set: call('rados_conf_set', 'int (void *cluster, const char *option, const char *value)'),
    connect: call('rados_connect', 'int (void *cluster)'),
    shutdown: call('rados_shutdown', 'void (void *cluster)'),
    free: call('rados_buffer_free', 'void (void *buffer)'),
    command: call(
      'rados_mon_command',
      'int (void *cluster, void *cmd, size_t cmdlen, void *in, size_t inlen, void *out, void *outlen, void *status, void *statuslen)',
    ),
  };
}

type Rados = ReturnType<typeof load>;
let rados: Rados | undefined;

/** A connected handle, or what failed. */
function connected(library: Rados): bigint | { readonly errno: number; readonly call: string } {
  if (cluster !== undefined) return cluster;
  const out = Buffer.alloc(8);
  const failed = (answer: number, call: string) => ({ errno: -answer, call });
  const created = Number(library.create(out, access.client));
  if (created < 0) return failed(created, 'rados_create');
  const handle = out.readBigUInt64LE();
  const steps: [string, () => number | bigint][] = [
    ...(access.conf === undefined
      ? []
      : [['rados_conf_read_file', () => library.readConf(handle, access.conf)] as [string, () => number | bigint]]),
    ...Object.entries(access.settings).map(([name, value]): [string, () => number | bigint] => [
      `rados_conf_set ${name}`,
      () => library.set(handle, name, value),
    ]),
    ['rados_connect', () => library.connect(handle)],
  ];
  for (const [name, step] of steps) {
    const answer = Number(step());
    if (answer < 0) {
      library.shutdown(handle);
      return failed(answer, name);
    }
  }
  cluster = handle;
  return handle;
}

/** What the command printed, or its errno. */
function run(library: Rados, handle: bigint, command: string): string | number {
  const text = Buffer.from(`${command}\0`);
  const list = Buffer.alloc(8);
  list.writeBigUInt64LE(library.koffi.address(text));
  const [out, length] = [Buffer.alloc(8), Buffer.alloc(8)];
  const answer = Number(library.command(handle, list, 1, null, 0, out, length, null, null));
  const at = out.readBigUInt64LE();
  try {
    if (answer < 0 || at === 0n) return answer < 0 ? -answer : '';
    return Buffer.from(library.koffi.view(at, Number(length.readBigUInt64LE()))).toString('utf8');
  } finally {
    if (at !== 0n) library.free(at);
  }
}

function answer({ commands }: ClusterQuestion): ClusterAnswer {
  try {
    rados ??= load();
  } catch (error) {
    return { missing: `librados.so.2 is not installed: apt install librados2 (${String(error)})` };
  }
  const handle = connected(rados);
  if (typeof handle !== 'bigint') return handle;
  const library = rados;
  const answers = commands.map((command) => run(library, handle, command));
  if (answers.includes(errno.ETIMEDOUT)) {
    // librados stays with a monitor that is silent for half a minute; a new handle asks several at once, and takes the one that answers.
    library.shutdown(handle);
    cluster = undefined;
  }
  return { answers };
}

parentPort?.on('message', (question: ClusterQuestion | 'end') => {
  if (question !== 'end') {
    parentPort?.postMessage(answer(question));
    return;
  }
  if (cluster !== undefined) rados?.shutdown(cluster);
  parentPort?.close();
});
