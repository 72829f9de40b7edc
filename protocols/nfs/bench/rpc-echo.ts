/**
 * NULL calls over loopback at pipelining depths of 1, 16 and 128, against an RpcServer in a process of its own:
 * `node --conditions=source protocols/nfs/bench/rpc-echo.ts [seconds]`. Prints calls and the server's CPU time per call.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { decodeVoid, encodeVoid } from '../src/codec/xdr.ts';
import { procedure } from '../src/rpc/program.ts';
import { RpcServer } from '../src/rpc/server.ts';

const PROGRAM = 200_000;
const VOID = { decodeArgs: decodeVoid, encodeArgs: encodeVoid, decodeResult: decodeVoid, encodeResult: encodeVoid };
/** Record mark and `rpc_msg` of a call with AUTH_NONE; the mark and an accepted reply without results. */
const CALL_BYTES = 44;
const REPLY_BYTES = 28;

interface Usage {
  /** Microseconds of CPU, user and system. */
  readonly cpu: number;
}

async function serve(): Promise<void> {
  const server = new RpcServer({
    programs: [
      {
        name: 'bench',
        number: PROGRAM,
        versions: [
          {
            number: 1,
            procedures: [
              procedure({ name: 'SYNC', number: 0, ...VOID }, () => undefined),
              procedure({ name: 'ASYNC', number: 1, ...VOID }, async () => undefined),
            ],
          },
        ],
      },
    ],
    observer: {
      fault: (error) => process.stderr.write(`${String(error)}\n`),
      dropped: (_client, reason) => process.stderr.write(`dropped: ${reason}\n`),
    },
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  process.send!(port);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!({ cpu: user + system } satisfies Usage);
  });
  process.on('disconnect', () => process.exit());
}

function calls(procedureNumber: number, depth: number): Buffer {
  const bytes = Buffer.alloc(CALL_BYTES * depth);
  for (let index = 0; index < depth; index++) {
    const fields = [0x8000_0000 + CALL_BYTES - 4, index, 0, 2, PROGRAM, 1, procedureNumber, 0, 0, 0, 0];
    for (const [field, value] of fields.entries()) bytes.writeUInt32BE(value, index * CALL_BYTES + field * 4);
  }
  return bytes;
}

/** Keeps `depth` calls in flight for `seconds` and counts the replies. */
async function load(port: number, procedureNumber: number, depth: number, seconds: number): Promise<number> {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const requests = calls(procedureNumber, depth);
  const until = performance.now() + seconds * 1000;
  let received = 0;
  let sent = depth;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    const replies = Math.floor(received / REPLY_BYTES);
    if (performance.now() > until) {
      if (replies === sent) socket.end();
      return;
    }
    const more = depth - (sent - replies);
    if (more > 0) {
      socket.write(requests.subarray(0, more * CALL_BYTES));
      sent += more;
    }
  });
  socket.write(requests);
  await once(socket, 'close');
  return sent;
}

async function main(seconds: number): Promise<void> {
  const server = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv });
  const [port] = (await once(server, 'message')) as [number];
  const usage = async (): Promise<number> => {
    server.send('usage');
    const [answer] = (await once(server, 'message')) as [Usage];
    return answer.cpu;
  };
  for (const [number, name] of ['sync', 'async'].entries()) {
    for (const depth of [1, 16, 128]) {
      await load(port, number, depth, seconds / 4);
      const before = await usage();
      const begun = performance.now();
      const count = await load(port, number, depth, seconds);
      const elapsed = (performance.now() - begun) / 1000;
      const cpu = ((await usage()) - before) / count;
      const rate = Math.round(count / elapsed).toLocaleString('en');
      process.stdout.write(
        `${name} handler, depth ${depth}: ${rate} calls/s, ${cpu.toFixed(2)} µs server CPU per call\n`,
      );
    }
  }
  server.disconnect();
}

await (process.argv[2] === 'serve' ? serve() : main(Number(process.argv[2] ?? 2)));
