import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { RpcConnection } from './rpc-connection.ts';

/** The frame of an accepted, successful reply with one word of results. */
function reply(xid: number, result: number): Buffer {
  const frame = Buffer.alloc(32);
  frame.writeUInt32BE((0x8000_0000 | 28) >>> 0, 0);
  frame.writeUInt32BE(xid, 4);
  frame.writeUInt32BE(1, 8);
  frame.writeUInt32BE(result, 28);
  return frame;
}

it.each([1, 3, 31, 33, 64])('takes replies apart that come in pieces of %i bytes, in any order', async (size) => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const client = await RpcConnection.connect((listener.address() as { port: number }).port, 1000, 1000);
  onTestFinished(() => {
    client.close();
    listener.close();
  });
  const [server] = await accepted;
  server.setNoDelay(true);
  const calls = [1, 2, 3].map(() => client.call(100_003, 3, 0, Buffer.alloc(0)));
  const bytes = Buffer.concat([reply(2, 22), reply(1, 11), reply(3, 33)]);
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise((resolve) => server.write(bytes.subarray(at, at + size), () => setImmediate(resolve)));
  }
  expect((await Promise.all(calls)).map((results) => results.readUInt32BE(0))).toEqual([11, 22, 33]);
});
