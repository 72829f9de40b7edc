import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { TestClock } from '@polynas/core/testing';
import { readRequest } from './read-request.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open() {
  const clock = new TestClock();
  const timers = vi.spyOn(clock, 'after');
  const socket = new PassThrough({ highWaterMark: 1_000_000 });
  const pauses = vi.spyOn(socket, 'pause');
  const place = { release: () => undefined, resume: () => undefined };
  const options = { onFirstRead: () => undefined, idleTimeout: 1000, minimumRate: 0, clock, place };
  const body = readRequest(socket as unknown as IncomingMessage, options);
  return { clock, timers, socket, pauses, body };
}

describe('the body of a request', () => {
  it('comes without a pause, and on one timer, while its reader keeps up', async () => {
    const { clock, timers, socket, pauses, body } = open();
    for (let index = 0; index < 20; index += 1) {
      const next = body.next();
      await turn();
      clock.advance(10);
      socket.write(Buffer.of(index));
      expect(await next).toEqual({ done: false, value: Buffer.of(index) });
    }
    expect(pauses).not.toHaveBeenCalled();
    expect(timers).toHaveBeenCalledTimes(1);
    const last = body.next();
    socket.end();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it('leaves in the socket what nobody waits for, but for one buffer, and goes on with it later', async () => {
    const { socket, pauses, body } = open();
    const first = body.next();
    socket.write('a');
    await first;
    for (const text of ['b', 'c', 'd']) {
      socket.write(text);
      await turn();
    }
    expect(pauses).toHaveBeenCalledTimes(1);
    expect(socket.readableLength).toBe(2);
    let rest = '';
    socket.end();
    for await (const chunk of body) rest += Buffer.from(chunk).toString();
    expect(rest).toBe('bcd');
  });

  it('is waited for so long after the last buffer, not after the first', async () => {
    const { clock, socket, body } = open();
    const first = body.next();
    await turn();
    clock.advance(900);
    socket.write('a');
    await first;
    let outcome: unknown;
    const second = body.next().catch((error: unknown) => (outcome = error));
    clock.advance(999);
    await turn();
    expect(outcome).toBeUndefined();
    clock.advance(1);
    await second;
    expect(outcome).toMatchObject({ code: 'timedOut' });
  });

  it('may keep its reader busy for longer than that', async () => {
    const { clock, socket, body } = open();
    const first = body.next();
    socket.write('a');
    await first;
    clock.advance(5000);
    const second = body.next();
    await turn();
    clock.advance(900);
    socket.write('b');
    expect(await second).toEqual({ done: false, value: Buffer.from('b') });
  });
});
