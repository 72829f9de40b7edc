import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readDirectly } from './direct-reads.ts';

async function pair(): Promise<{ readonly accepted: Socket; readonly peer: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const accepting = once(server, 'connection');
  const peer = connect(port, '127.0.0.1');
  const [accepted] = (await accepting) as [Socket];
  onTestFinished(() => {
    peer.destroy();
    accepted.destroy();
    server.close();
  });
  return { accepted, peer };
}

/** Reads into memory of `sizes` in turn; what came, and the stream's own data. */
function reading(socket: Socket, size: number) {
  const got: Uint8Array[] = [];
  const emitted: Buffer[] = [];
  let asked: Uint8Array = Buffer.alloc(size);
  socket.on('data', (chunk: Buffer) => emitted.push(chunk));
  const done = readDirectly(socket, {
    first: asked,
    next: () => (asked = Buffer.alloc(size)),
    got: (bytes, into) => {
      expect(into).toBe(asked);
      got.push(into.subarray(0, bytes));
    },
  });
  return { done, got, emitted, text: () => Buffer.concat(got).toString('latin1') };
}

describe('reads into memory of the caller', () => {
  it('takes all bytes, in order, and tells the end', async () => {
    const { accepted, peer } = await pair();
    const { done, got, emitted, text } = reading(accepted, 1000);
    // False would be served all the same, at twice the CPU for large records: then this Node calls its fields otherwise.
    expect(done).toBe(true);
    const sent = Array.from({ length: 500 }, (_, index) => `${index} `.repeat(20)).join('');
    peer.end(sent);
    await once(accepted, 'end');
    expect(text()).toBe(sent);
    expect([emitted.length, got.length >= sent.length / 1000]).toEqual([0, true]);
  });

  it('stops while the socket is paused', async () => {
    const { accepted, peer } = await pair();
    const { got, text } = reading(accepted, 100_000);
    accepted.pause();
    peer.write('later');
    await sleep(30);
    expect(got).toEqual([]);
    accepted.resume();
    while (got.length === 0) await sleep(1);
    expect(text()).toBe('later');
  });

  it('does nothing where bytes wait in the stream', async () => {
    const { accepted, peer } = await pair();
    peer.write('early');
    while (accepted.readableLength === 0) await sleep(1);
    const { done, got, emitted } = reading(accepted, 100);
    while (emitted.length === 0) await sleep(1);
    expect([done, got, Buffer.concat(emitted).toString()]).toEqual([false, [], 'early']);
  });

  it('does nothing to a socket that is closed', async () => {
    const { accepted } = await pair();
    accepted.destroy();
    expect(reading(accepted, 100).done).toBe(false);
  });
});
