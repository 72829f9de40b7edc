/**
 * NFSv3 over loopback at a depth of 16 calls, against a server over a memory volume in a process of its own:
 * `node --conditions=source protocols/nfs/bench/nfs3.ts [seconds] [name]`. Prints calls and the server's CPU time per call.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { Writer } from '@polynas/core/wire';
import type { ProcedureCodec } from '../src/codec/procedure-codec.ts';
import { encodeAuthsysParms, encodeRpcMsg, MsgType } from '../src/xdr/rpc.ts';
import { Createmode3, NFS_PROGRAM, NFS_V3, nfsV3Procedures as p } from '../src/xdr/nfs3.ts';
import { RpcClient } from '../src/rpc/client.ts';
import { bytes, makeWorld, NO_VERIFIER, sattr, TestClient, unix } from '../test/world.ts';

const DEPTH = 16;
/** Counts on over all runs: a number used again would be a retransmission. */
let xid = 0;

async function serve(): Promise<void> {
  const world = await makeWorld();
  process.send!(world.port);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!({ cpu: user + system });
  });
  process.on('disconnect', () => process.exit());
}

/** The record of one call; its xid is at byte 4. */
function record<Args>(codec: Pick<ProcedureCodec<Args, never>, 'number' | 'encodeArgs'>, args: Args): Buffer {
  const credentials = new Writer();
  encodeAuthsysParms(credentials, { stamp: 0, machinename: bytes('bench'), uid: 0, gid: 0, gids: [0] });
  const writer = new Writer();
  const mark = writer.reserve(4);
  const cred = { flavor: 1, body: Buffer.concat(credentials.finish().parts) };
  const verf = { flavor: 0, body: new Uint8Array(0) };
  const cbody = { rpcvers: 2, prog: NFS_PROGRAM, vers: NFS_V3, proc: codec.number, cred, verf };
  encodeRpcMsg(writer, { xid: 0, body: { mtype: MsgType.CALL, cbody } });
  codec.encodeArgs(writer, args);
  writer.patchU32(mark, 0x8000_0000 + writer.length - 4);
  return Buffer.concat(writer.finish().parts);
}

/** Keeps calls in flight for `seconds`; `next` gives the record of the n-th. Resolves to the number of calls. */
async function load(socket: Socket, next: (n: number) => Buffer, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let sent = 0;
  let received = 0;
  let left = 0;
  let header = Buffer.alloc(0);
  const send = (): void => {
    const call = next(sent);
    call.writeUInt32BE(xid++, 4);
    sent++;
    socket.write(call);
  };
  const onReply = (reply: Buffer): void => {
    if (reply.readUInt32BE(20) !== 0 || reply.readUInt32BE(24) !== 0) reject(new Error(reply.toString('hex')));
    received++;
    if (performance.now() < until) send();
    else if (received === sent) resolve(received);
  };
  const onData = (chunk: Buffer): void => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const wanted = 32 - header.length;
        header = Buffer.concat([header, chunk.subarray(at, at + wanted)]);
        at += wanted;
        if (header.length < 32) return;
        left = (header.readUInt32BE(0) & 0x7fff_ffff) + 4 - 32;
      }
      const taken = Math.min(left, chunk.length - at);
      at += taken;
      left -= taken;
      if (left > 0) return;
      onReply(header.subarray(4));
      header = Buffer.alloc(0);
    }
  };
  socket.on('data', onData);
  socket.cork();
  for (let index = 0; index < DEPTH; index++) send();
  socket.uncork();
  try {
    return await promise;
  } finally {
    socket.off('data', onData);
  }
}

async function main(seconds: number, only = ''): Promise<void> {
  const server = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv });
  const [port] = (await once(server, 'message')) as [number];
  const usage = async (): Promise<number> => {
    server.send('usage');
    const [answer] = (await once(server, 'message')) as [{ cpu: number }];
    return answer.cpu;
  };
  const endpoint = { host: '127.0.0.1', port };
  const client = new TestClient(await RpcClient.connect(endpoint, { credentials: unix(0) }));
  const dir = await client.mkdir(await client.mount('/data'), 'bench');
  const file = await client.create(dir, 'file');
  await client.write(file, 0, new Uint8Array(1024 * 1024).fill(1));
  const few = await client.mkdir(dir, 'few');
  for (let index = 0; index < 200; index++) await client.create(few, `entry ${index}`);
  const same = (call: Buffer) => (): Buffer => Buffer.from(call);
  const data = new Uint8Array(128 * 1024).fill(2);
  const write = (length: number) =>
    record(p.NFSPROC3_WRITE, { file, offset: 0, count: length, stable: 0, data: data.subarray(0, length) });
  const how = { mode: Createmode3.GUARDED, objAttributes: sattr({ mode: 0o644 }) };
  let created = 0;
  const runs: Record<string, (n: number) => Buffer> = {
    getattr: same(record(p.NFSPROC3_GETATTR, { object: file })),
    lookup: same(record(p.NFSPROC3_LOOKUP, { what: { dir, name: bytes('file') } })),
    access: same(record(p.NFSPROC3_ACCESS, { object: file, access: 0x3f })),
    'read 4 KiB': same(record(p.NFSPROC3_READ, { file, offset: 0, count: 4096 })),
    'read 128 KiB': same(record(p.NFSPROC3_READ, { file, offset: 0, count: 128 * 1024 })),
    'read 1 MiB': same(record(p.NFSPROC3_READ, { file, offset: 0, count: 1024 * 1024 })),
    'write 4 KiB': same(write(4096)),
    'write 128 KiB': same(write(128 * 1024)),
    create: () => record(p.NFSPROC3_CREATE, { where: { dir, name: bytes(`new ${created++}`) }, how }),
    'readdirplus 200': same(
      record(p.NFSPROC3_READDIRPLUS, {
        dir: few,
        cookie: 0n,
        cookieverf: NO_VERIFIER,
        dircount: 65_536,
        maxcount: 65_536,
      }),
    ),
  };
  for (const [name, next] of Object.entries(runs)) {
    if (!name.includes(only)) continue;
    const socket = createConnection({ ...endpoint, noDelay: true });
    await once(socket, 'connect');
    await load(socket, next, seconds / 4);
    const before = await usage();
    const begun = performance.now();
    const count = await load(socket, next, seconds);
    const elapsed = (performance.now() - begun) / 1000;
    const cpu = ((await usage()) - before) / count;
    socket.destroy();
    const rate = Math.round(count / elapsed).toLocaleString('en');
    process.stdout.write(`${name}: ${rate} calls/s, ${cpu.toFixed(1)} µs server CPU per call\n`);
  }
  client.rpc.close();
  server.disconnect();
}

await (process.argv[2] === 'serve' ? serve() : main(Number(process.argv[2] ?? 2), process.argv[3]));
