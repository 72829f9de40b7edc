import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '@polynas/core/wire';
import type { Exchange } from './front.ts';
import { defaultHttpLimits, HttpFront } from './front.ts';
import type { Reply } from './reply.ts';
import type { HttpServer } from './server.ts';
import { defaultConnectionLimits, listenHttp } from './server.ts';

let server: HttpServer;
let errors: unknown[];

/** Reads the body of a PUT and says how long it was; anything else is refused without reading. */
async function answer(exchange: Exchange): Promise<Reply> {
  if (exchange.method !== 'PUT') return { status: 405, headers: {} };
  if (!exchange.headers.has('content-length')) {
    await delay(20);
    return { status: 411, headers: {} };
  }
  let length = 0;
  for await (const chunk of exchange.body()) length += chunk.length;
  return { status: 200, body: String(length) };
}

beforeEach(async () => {
  errors = [];
  const front = new HttpFront({
    clock: systemClock,
    limits: defaultHttpLimits,
    dialect: (exchange) => ({
      headers: { 'x-dialect': 'test' },
      answer: () => answer(exchange),
      failed: () => ({ status: 400 }),
      done: ({ error }) => void errors.push(error),
    }),
  });
  server = await listenHttp(
    {
      front,
      limits: defaultConnectionLimits,
      clock: systemClock,
      refuse: ({ code }) => ({ status: 400, headers: { 'x-fault': code }, body: 'no' }),
    },
    { host: '127.0.0.1', port: 0 },
  );
});

afterEach(() => server.stop(100));

/** Sends, waits, ends, and gives what came back when the server has let go of the connection. */
async function talk(text: string): Promise<string> {
  const socket = connect(server.address.port, '127.0.0.1');
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1'))).on('error', () => undefined);
  socket.write(text);
  await delay(100);
  socket.end();
  for (let turn = 0; server.connections > 0; turn += 1) {
    expect(turn, 'the connection is still there').toBeLessThan(100);
    await delay(20);
  }
  return received;
}

it('a body that nothing had announced does not take the answer away', async () => {
  const received = await talk('PUT / HTTP/1.1\r\nHost: h\r\n\r\nwhat is this');
  expect(received).toMatch(/^HTTP\/1\.1 411 /);
  expect(received).toContain('x-dialect: test');
});

it('a body that is cut off ends its exchange and its connection', async () => {
  await talk('PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhalf');
  expect(errors).toMatchObject([{ code: 'incompleteBody' }]);
});

it('what is no HTTP is told so, and its connection ends', async () => {
  expect(await talk('NONSENSE / HTTP/1.1\r\n\r\n')).toContain('x-fault: malformed');
  expect(await talk(`GET /${'x'.repeat(40_000)} HTTP/1.1\r\n\r\n`)).toContain('x-fault: headersTooLarge');
});

it('a body that is not wanted is not waited for', async () => {
  expect(await talk('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhalf')).toMatch(/^HTTP\/1\.1 405 /);
});
