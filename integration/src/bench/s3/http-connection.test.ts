import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpConnection } from './http-connection.ts';

/** A connection to a server that hands each socket over. */
async function connected(): Promise<{ client: HttpConnection; server: Socket }> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const client = await HttpConnection.connect((listener.address() as { port: number }).port);
  const [server] = await accepted;
  server.setNoDelay(true);
  onTestFinished(() => {
    client.close();
    listener.close();
  });
  return { client, server };
}

/** Writes byte by byte, each in a segment of its own as far as the kernel goes along. */
async function trickle(socket: Socket, text: string): Promise<void> {
  for (const byte of Buffer.from(text, 'latin1')) {
    await new Promise<void>((resolve, reject) => {
      socket.write(Uint8Array.of(byte), (error) => (error ? reject(error) : setImmediate(resolve)));
    });
  }
}

describe('HttpConnection', () => {
  it('reads a body by Content-Length and the next answer behind it', async () => {
    const { client, server } = await connected();
    for (const body of ['hello', '']) {
      const answer = client.request('GET', 'GET / HTTP/1.1\r\n');
      server.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      expect(await answer).toEqual({ status: 200, body: Buffer.from(body) });
    }
  });

  it('joins the chunks of a chunked body that comes byte by byte', async () => {
    const { client, server } = await connected();
    const answer = client.request('GET', 'GET / HTTP/1.1\r\n');
    await trickle(
      server,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na;x=y\r\n, world!!!\r\n0\r\n\r\n',
    );
    expect((await answer).body.toString()).toBe('hello, world!!!');
  });

  it('expects no body of HEAD and 204, whatever their length says', async () => {
    const { client, server } = await connected();
    const head = client.request('HEAD', 'HEAD / HTTP/1.1\r\n');
    server.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
    expect((await head).status).toBe(200);
    const deleted = client.request('DELETE', 'DELETE / HTTP/1.1\r\n');
    server.write('HTTP/1.1 204 No Content\r\n\r\n');
    expect((await deleted).status).toBe(204);
  });

  it('rejects what waits when the server goes', async () => {
    const { client, server } = await connected();
    const answer = client.request('GET', 'GET / HTTP/1.1\r\n');
    server.end();
    await expect(answer).rejects.toThrow('closed the connection');
    await expect(client.request('GET', 'GET / HTTP/1.1\r\n')).rejects.toThrow('closed the connection');
  });
});
