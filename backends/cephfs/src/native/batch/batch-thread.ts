import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type * as koffiModule from 'koffi';
import { cephFunctions } from '../ceph-functions.ts';
import { direntBytes, isDots, nameIn } from '../dirent.ts';
import { allStats, dontSync, statxBytes } from '../statx.ts';
import { BatchWriter } from './batch-format.ts';
import { fieldsOfWrite } from './batch-messages.ts';
import type { BatchReply, BatchRequest } from './batch-messages.ts';

/*
 * The program of a batch thread: many calls of libcephfs, one after another, for one hop between threads. It has a loader of its own for the
 * same library in the same process; nothing of the core is needed here, so that it runs compiled or not.
 */

/** A reply is not much larger than this; what is left of a directory is asked for again. */
const replyBytes = 4 * 1024 * 1024;
const mostXattrBytes = 65_536;
const none = new Uint8Array(0);
const [errnoNoData, errnoRange] = [61, 34];

const koffi = createRequire(import.meta.url)('koffi') as typeof koffiModule;
const ceph = cephFunctions(koffi.load('libcephfs.so.2'));

// One of each for the thread: it does one thing at a time.
const dirent = Buffer.alloc(direntBytes);
const statx = Buffer.alloc(statxBytes);
const pointer = Buffer.alloc(8);
let value = Buffer.alloc(4096);

type Of<Ask extends BatchRequest['ask']> = Extract<BatchRequest, { ask: Ask }>;

function readdirplus(request: Of<'readdirplus'>): BatchReply {
  const { cmount, directory, limit, superuser, xattrs } = request;
  const writer = new BatchWriter();
  const out = xattrs.length > 0 ? pointer : null;
  ceph.ceph_seekdir(cmount, directory, request.from);
  while (writer.count < limit && writer.size < replyBytes) {
    const answer = Number(ceph.ceph_readdirplus_r(cmount, directory, dirent, statx, allStats, 0, out));
    if (answer < 0) return { errno: -answer, call: 'ceph_readdirplus_r' };
    if (answer === 0) return { records: writer.take(), count: writer.count, end: true };
    const name = nameIn(dirent, 0);
    const inode = out === null ? undefined : pointer.readBigUInt64LE();
    let failed = 0;
    if (!isDots(name)) {
      writer.record(dirent.readBigInt64LE(8), 0, statx, name);
      if (inode !== undefined) failed = addXattrs(writer, cmount, inode, superuser, xattrs);
    }
    if (inode !== undefined) ceph.ceph_ll_put(cmount, inode);
    if (failed !== 0) return { errno: failed, call: 'ceph_ll_getxattr' };
  }
  return { records: writer.take(), count: writer.count, end: false };
}

function getattrs({ cmount, superuser, inodes, xattrs }: Of<'getattrs'>): BatchReply {
  const writer = new BatchWriter();
  for (const inode of inodes) {
    const answer = Number(ceph.ceph_ll_getattr(cmount, inode, statx, allStats, 0, superuser));
    // Asked for everything it answers everything.
    statx.writeUInt32LE(allStats, 0);
    writer.record(0n, answer < 0 ? -answer : 0, statx, none);
    if (answer >= 0) writer.fail(addXattrs(writer, cmount, inode, superuser, xattrs));
  }
  return { records: writer.take(), count: writer.count, end: true };
}

/** Adds those that there are; the errno (0: none) of one that cannot be read. */
function addXattrs(
  writer: BatchWriter,
  cmount: bigint,
  inode: bigint,
  superuser: bigint,
  names: readonly string[],
): number {
  for (const [index, name] of names.entries()) {
    let length = Number(ceph.ceph_ll_getxattr(cmount, inode, name, value, value.length, superuser));
    if (length === -errnoRange && value.length < mostXattrBytes) {
      value = Buffer.alloc(mostXattrBytes);
      length = Number(ceph.ceph_ll_getxattr(cmount, inode, name, value, value.length, superuser));
    }
    if (length >= 0) writer.xattr(index, value.subarray(0, length));
    else if (length !== -errnoNoData) return -length;
  }
  return 0;
}

/** In each record what `ceph_ll_write` answered is `next`, and the attributes right after it. */
function writes({ cmount, superuser, writes: asked }: Of<'writes'>): BatchReply {
  const writer = new BatchWriter();
  for (let at = 0; at < asked.length; at += fieldsOfWrite) {
    const [fh, offset, length, address, inode] = asked.subarray(at, at + fieldsOfWrite);
    const written = Number(ceph.ceph_ll_write(cmount, fh, offset, length, address));
    let answer = written;
    if (written >= 0) answer = Number(ceph.ceph_ll_getattr(cmount, inode, statx, allStats, dontSync, superuser));
    statx.writeUInt32LE(allStats, 0);
    writer.record(BigInt(written), answer < 0 ? -answer : 0, statx, none);
  }
  return { records: writer.take(), count: writer.count, end: true };
}

function put({ cmount, inodes }: Of<'put'>): BatchReply {
  for (const inode of inodes) ceph.ceph_ll_put(cmount, inode);
  return { records: new ArrayBuffer(0), count: 0, end: true };
}

/** All of them, whatever one answers. */
function close({ cmount, fhs }: Of<'close'>): BatchReply {
  let failed = 0;
  for (const fh of fhs) failed = Math.min(failed, Number(ceph.ceph_ll_close(cmount, fh)));
  if (failed < 0) return { errno: -failed, call: 'ceph_ll_close' };
  return { records: new ArrayBuffer(0), count: 0, end: true };
}

function answer(request: BatchRequest): BatchReply {
  switch (request.ask) {
    case 'readdirplus':
      return readdirplus(request);
    case 'getattrs':
      return getattrs(request);
    case 'writes':
      return writes(request);
    case 'put':
      return put(request);
    case 'close':
      return close(request);
  }
}

parentPort?.on('message', (request: BatchRequest) => {
  const reply = answer(request);
  parentPort?.postMessage(reply, 'records' in reply ? [reply.records] : []);
});
