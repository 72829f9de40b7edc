import { createServer, type Socket } from 'node:net';

const LAST_FRAGMENT = 0x8000_0000;
const LONGEST_CALL = 4096;

/**
 * Says yes to every call on a Unix socket. NFS-Ganesha does not start when it cannot register with rpcbind through
 * /run/rpcbind.sock; our clients get its ports from us, so nobody ever asks for what it registered.
 */
export async function listenAsRpcbind(path: string): Promise<{ close(): void }> {
  const server = createServer((socket) => answerAll(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.unref();
  return { close: () => server.close() };
}

function answerAll(socket: Socket): void {
  socket.unref();
  let received = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 8) {
      const length = received.readUInt32BE(0) & ~LAST_FRAGMENT;
      if (length > LONGEST_CALL) return socket.destroy();
      if (received.length < 4 + length) return;
      socket.write(acceptance(received.readUInt32BE(4)));
      received = received.subarray(4 + length);
    }
  });
}

/** RFC 5531 §9: an accepted, successful reply whose result is TRUE. */
function acceptance(xid: number): Buffer {
  const reply = Buffer.alloc(4 + 28);
  reply.writeUInt32BE((LAST_FRAGMENT | 28) >>> 0, 0);
  reply.writeUInt32BE(xid, 4);
  reply.writeUInt32BE(1, 8); // REPLY; what follows is MSG_ACCEPTED, an empty verifier, SUCCESS
  reply.writeUInt32BE(1, 28);
  return reply;
}
