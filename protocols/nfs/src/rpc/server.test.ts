import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { TestClock } from '@polynas/core/testing';
import { RawPeer } from '../testing/raw-peer.ts';
import { decodeOpaque, decodeUint, encodeUint, attachOpaque } from '../codec/xdr.ts';
import type { ProcedureCodec } from '../codec/procedure-codec.ts';
import { AuthStat } from '../xdr/rpc.ts';
import { ByteBudget } from '@polynas/core/wire';
import { RpcClient, RpcCallError } from './client.ts';
import type { Credentials } from './credentials.ts';
import { type CallContext, procedure, type Program } from './program.ts';
import { RpcAuthError } from './refusal.ts';
import { RpcServer, type RpcServerOptions } from './server.ts';

const PROGRAM = 200_000;
const opaqueCodec = (name: string, number: number): ProcedureCodec<Uint8Array, Uint8Array> => ({
  name,
  number,
  decodeArgs: (r) => decodeOpaque(r, 1 << 24),
  encodeArgs: (w, v) => attachOpaque(w, v, 1 << 24),
  decodeResult: (r) => decodeOpaque(r, 1 << 24),
  encodeResult: (w, v) => attachOpaque(w, v, 1 << 24),
});
const uintCodec = (name: string, number: number): ProcedureCodec<number, number> => ({
  name,
  number,
  decodeArgs: decodeUint,
  encodeArgs: encodeUint,
  decodeResult: decodeUint,
  encodeResult: encodeUint,
});
const ECHO = opaqueCodec('ECHO', 0);
const COUNT = uintCodec('COUNT', 1);
const FETCH: ProcedureCodec<number, Uint8Array> = {
  ...opaqueCodec('FETCH', 2),
  decodeArgs: decodeUint,
  encodeArgs: encodeUint,
};
const SLOW = uintCodec('SLOW', 3);
const SYS = uintCodec('SYS', 5);
const BROKEN: ProcedureCodec<number, Uint8Array> = {
  ...opaqueCodec('BROKEN', 6),
  decodeArgs: decodeUint,
  encodeArgs: encodeUint,
};

/** A result of COUNT that stands for "nothing was done". */
const askAgain = 77;

/** A program with one procedure of each kind, and what tests look at. */
class Fixture {
  executions = 0;
  calls: CallContext[] = [];
  faults: unknown[] = [];
  dropped: string[] = [];
  gate = Promise.withResolvers<void>();
  server!: RpcServer;
  port = 0;

  async start(options: Partial<RpcServerOptions> = {}): Promise<this> {
    const program: Program = {
      name: 'test',
      number: PROGRAM,
      versions: [
        {
          number: 2,
          procedures: [
            procedure(ECHO, (data) => data),
            procedure(
              COUNT,
              async (value) => {
                this.executions++;
                await this.gate.promise;
                return value + this.executions;
              },
              { replayCached: true, asksAgain: (result) => result === askAgain },
            ),
            procedure(FETCH, (size) => Buffer.alloc(size, 7), { replyBytes: (size) => size + 100 }),
            procedure(SLOW, async (value, call) => {
              this.calls.push(call);
              await this.gate.promise;
              return value;
            }),
            procedure(SYS, (_value, call) => (call.credentials.flavor === 'sys' ? call.credentials.uid : -1), {
              minimum: 'sys',
            }),
            procedure(BROKEN, (value) => {
              if (value === 0) throw new RpcAuthError(AuthStat.AUTH_TOOWEAK);
              if (value === 1) throw new Error('broken');
              return undefined as unknown as Uint8Array;
            }),
          ],
        },
        { number: 4, procedures: [procedure(ECHO, (data) => data)] },
      ],
    };
    this.server = new RpcServer({
      programs: [program],
      observer: {
        fault: (error) => this.faults.push(error),
        dropped: (_client, reason) => this.dropped.push(reason),
      },
      ...options,
    });
    this.port = (await this.server.listen({ host: '127.0.0.1', port: 0 })).port;
    return this;
  }

  client(credentials?: Credentials): Promise<RpcClient> {
    return RpcClient.connect({ host: '127.0.0.1', port: this.port }, credentials ? { credentials } : {});
  }

  peer(): Promise<RawPeer> {
    return RawPeer.connect(this.port);
  }
}

const fixtures: Fixture[] = [];
const start = async (options: Partial<RpcServerOptions> = {}): Promise<Fixture> => {
  const fixture = await new Fixture().start(options);
  fixtures.push(fixture);
  return fixture;
};
afterEach(async () => {
  for (const fixture of fixtures.splice(0)) {
    fixture.gate.resolve();
    await fixture.server.close(0);
  }
});

const word = (value: number): string => value.toString(16).padStart(8, '0');
const words = (...values: number[]): string => values.map(word).join('');
/** A call record: xid, version, procedure, arguments as words. */
const call = (xid: number, version: number, proc: number, ...args: number[]): string =>
  word(0x8000_0000 + 40 + args.length * 4) + words(xid, 0, 2, PROGRAM, version, proc, 0, 0, 0, 0, ...args);
const accepted = (xid: number, ...rest: number[]): string => words(xid, 1, 0, 0, 0, ...rest);
const denied = (xid: number, ...rest: number[]): string => words(xid, 1, 1, ...rest);

describe('RpcServer: answers', () => {
  it('answers calls byte for byte as RFC 5531 §9 lays them out', async () => {
    const peer = await (await start()).peer();
    peer.send(call(1, 2, 0, 4, 0x61626364));
    expect(await peer.next()).toBe(accepted(1, 0, 4, 0x61626364));
  });

  it('refuses by the first thing that is wrong', async () => {
    const { port, ...fixture } = await start();
    const peer = await RawPeer.connect(port);
    const exchange = async (hex: string) => {
      peer.send(hex);
      return peer.next();
    };
    expect(await exchange(word(0x8000_0000 + 24) + words(1, 0, 3, PROGRAM, 2, 0))).toBe(denied(1, 0, 2, 2));
    expect(await exchange(word(0x8000_0000 + 40) + words(2, 0, 2, 99, 2, 0, 0, 0, 0, 0))).toBe(accepted(2, 1));
    expect(await exchange(call(3, 3, 0))).toBe(accepted(3, 2, 2, 4));
    expect(await exchange(call(4, 2, 4))).toBe(accepted(4, 3));
    expect(await exchange(call(4, 2, 4_000_000_000))).toBe(accepted(4, 3));
    expect(await exchange(call(5, 2, 0))).toBe(accepted(5, 4));
    expect(await exchange(call(6, 2, 0, 0xffff_ffff))).toBe(accepted(6, 4));
    expect(await exchange(call(7, 2, 5, 1))).toBe(denied(7, 1, AuthStat.AUTH_TOOWEAK));
    expect(await exchange(word(0x8000_0000 + 12) + words(8, 0, 2))).toBe(accepted(8, 4));
    const auth = (xid: number, ...rest: number[]) =>
      exchange(word(0x8000_0000 + 24 + rest.length * 4) + words(xid, 0, 2, PROGRAM, 2, 0, ...rest));
    expect(await auth(9, 6, 0, 0, 0)).toBe(denied(9, 1, AuthStat.AUTH_REJECTEDCRED));
    expect(await auth(10, 7, 0, 0, 0)).toBe(denied(10, 1, AuthStat.AUTH_REJECTEDCRED));
    expect(await auth(11, 1, 401, 0, 0)).toBe(denied(11, 1, AuthStat.AUTH_BADCRED));
    expect(await auth(12, 1, 4, 0, 0, 0)).toBe(denied(12, 1, AuthStat.AUTH_BADCRED));
    expect(await auth(13, 1, 20, 0, 0, 1, 1, 17, 0, 0)).toBe(denied(13, 1, AuthStat.AUTH_BADCRED));
    expect(await auth(14, 0, 0, 1, 0)).toBe(denied(14, 1, AuthStat.AUTH_BADVERF));
    expect(await auth(15, 0, 0, 0, 500)).toBe(denied(15, 1, AuthStat.AUTH_BADVERF));
    expect(fixture.faults).toEqual([]);
  });

  it('answers SYSTEM_ERR when a handler fails or its result cannot be encoded, reports it, and goes on', async () => {
    const fixture = await start();
    const peer = await fixture.peer();
    peer.send(call(1, 2, 6, 0), call(2, 2, 6, 1), call(3, 2, 6, 2), call(4, 2, 0, 0));
    expect(await peer.next()).toBe(denied(1, 1, AuthStat.AUTH_TOOWEAK));
    expect(await peer.next()).toBe(accepted(2, 5));
    expect(await peer.next()).toBe(accepted(3, 5));
    expect(await peer.next()).toBe(accepted(4, 0, 0));
    expect(fixture.faults).toHaveLength(2);
  });

  it('tells handlers the credentials, the same object for the same bytes', async () => {
    const fixture = await start();
    const client = await fixture.client({
      flavor: 'sys',
      machineName: Buffer.from('host'),
      uid: 1000,
      gid: 100,
      gids: [4, 5],
    });
    expect(await client.call(PROGRAM, 2, SYS, 0)).toBe(1000);
    const calls = [client.call(PROGRAM, 2, SLOW, 1), client.call(PROGRAM, 2, SLOW, 2)];
    fixture.gate.resolve();
    await Promise.all(calls);
    expect(fixture.calls[0]!.credentials).toMatchObject({ uid: 1000, gid: 100, gids: [4, 5] });
    expect(fixture.calls[1]!.credentials).toBe(fixture.calls[0]!.credentials);
    expect(fixture.calls[0]!.client.address).toBe('127.0.0.1');
    expect(fixture.calls[0]!.local.port).toBe(fixture.port);
    client.close();
  });

  it('sends the replies to one read in one write', async () => {
    const peer = await (await start()).peer();
    peer.send(...Array.from({ length: 128 }, (_, xid) => call(xid, 2, 0, 0)));
    for (let xid = 0; xid < 128; xid++) expect(await peer.next()).toBe(accepted(xid, 0, 0));
    expect(peer.chunks).toBe(1);
  });

  it('takes records in single bytes and in fragments', async () => {
    const peer = await (await start()).peer();
    const record = Buffer.from(call(1, 2, 0, 4, 0x61626364), 'hex').subarray(4);
    for (const byte of Buffer.from(call(1, 2, 0, 0), 'hex')) {
      peer.send(Uint8Array.of(byte));
      await turn();
    }
    expect(await peer.next()).toBe(accepted(1, 0, 0));
    peer.send(word(10), record.subarray(0, 10), word(0), word(0x8000_0000 + record.length - 10), record.subarray(10));
    expect(await peer.next()).toBe(accepted(1, 0, 4, 0x61626364));
  });

  it('keeps large records apart whose buffers are used again', async () => {
    const test = await start({ limits: { recordBuffers: 3 } });
    const clients = await Promise.all([1, 2, 3, 4].map(() => test.client()));
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 40 }, async (_, index) => {
        const data = Buffer.alloc(100_000 + index * 20_000, `${round} ${index} `);
        const echoed = await clients[index % 4]!.call(PROGRAM, index % 2 === 0 ? 2 : 4, ECHO, data);
        expect(Buffer.compare(echoed, data)).toBe(0);
      });
      await Promise.all(calls);
    }
    for (const client of clients) client.close();
  });

  it('carries a MiB each way', async () => {
    const client = await (await start()).client();
    const data = Buffer.from(Array.from({ length: 1 << 20 }, (_, index) => index % 251));
    const echoed = await Promise.all([1, 2, 3].map(() => client.call(PROGRAM, 2, ECHO, data)));
    for (const bytes of echoed) expect(Buffer.compare(bytes, data)).toBe(0);
    client.close();
  });
});

describe('RpcServer: hostile peers', () => {
  it.each([
    ['a reply', word(0x8000_0008) + words(1, 1)],
    ['an empty record', word(0x8000_0000)],
    ['a record too long', word(0xffff_ffff)],
    ['endless empty fragments', word(0).repeat(100)],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex')],
  ])('closes on %s, and serves the others', async (_what, hex) => {
    const fixture = await start();
    const healthy = await fixture.client();
    const peer = await fixture.peer();
    peer.send(hex);
    await peer.whenClosed();
    expect(fixture.dropped).toHaveLength(1);
    expect(await healthy.call(PROGRAM, 2, ECHO, Buffer.from('hi'))).toEqual(new Uint8Array(Buffer.from('hi')));
    healthy.close();
  });

  it('stops reading from a peer that does not read, holds no more than the bound, and serves the others', async () => {
    const clock = new TestClock();
    const budget = new ByteBudget({ limit: 8 << 20, allowance: 64 << 10, stall: 1000, clock });
    const fixture = await start({ clock, budget, limits: { maxReplyBytes: 2 << 20 } });
    const greedy = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const peer = await fixture.peer();
        peer.socket.pause();
        peer.send(...Array.from({ length: 60 }, (_, xid) => call(xid, 2, 2, 1 << 20)));
        return peer;
      }),
    );
    await sleep(100);
    expect(budget.used).toBeLessThanOrEqual(8 << 20);
    const healthy = await fixture.client();
    expect((await healthy.call(PROGRAM, 2, FETCH, 30_000)).length).toBe(30_000);
    // What is above its allowance waits until the ones that do not read are cut off.
    const large = healthy.call(PROGRAM, 2, FETCH, 1 << 20);
    await sleep(20);
    clock.advance(3000);
    expect((await large).length).toBe(1 << 20);
    expect(budget.used).toBeLessThanOrEqual(8 << 20);
    expect(fixture.dropped.length).toBeGreaterThan(0);
    expect(fixture.dropped.length).toBeLessThan(12);
    for (const peer of greedy) peer.socket.destroy();
    healthy.close();
    await expect.poll(() => budget.used).toBe(0);
  });

  it('goes on where it stopped when the peer reads again', async () => {
    const fixture = await start({ limits: { maxReplyBytes: 1 << 20 } });
    const peer = await fixture.peer();
    peer.socket.pause();
    peer.send(...Array.from({ length: 40 }, (_, xid) => call(xid, 2, 2, 1 << 19)));
    await sleep(50);
    peer.socket.resume();
    for (let xid = 0; xid < 40; xid++) expect((await peer.next()).slice(0, 8)).toBe(word(xid));
  });

  it('runs no more calls of a connection at a time than allowed', async () => {
    const fixture = await start({ limits: { maxInFlight: 4 } });
    const peer = await fixture.peer();
    peer.send(...Array.from({ length: 10 }, (_, xid) => call(xid, 2, 3, xid)));
    await expect.poll(() => fixture.calls.length).toBe(4);
    await sleep(20);
    expect(fixture.calls).toHaveLength(4);
    fixture.gate.resolve();
    for (let xid = 0; xid < 10; xid++) expect(await peer.next()).toBe(accepted(xid, 0, xid));
  });

  it('closes idle connections and unfinished records in time, not busy ones', async () => {
    const clock = new TestClock();
    const fixture = await start({ clock, limits: { idle: 20_000, stall: 10_000 } });
    const idle = await fixture.peer();
    const unfinished = await fixture.peer();
    unfinished.send(word(0x8000_0100), '00');
    const busy = await fixture.peer();
    busy.send(call(1, 2, 3, 1));
    await expect.poll(() => fixture.calls.length).toBe(1);
    await sleep(20);
    clock.advance(15_000);
    await unfinished.whenClosed();
    expect(idle.closed).toBe(false);
    clock.advance(10_000);
    await idle.whenClosed();
    expect(busy.closed).toBe(false);
    fixture.gate.resolve();
    expect(await busy.next()).toBe(accepted(1, 0, 1));
    expect(fixture.dropped).toEqual(['does not complete its record', 'idle']);
  });

  it('takes no more connections than allowed', async () => {
    const fixture = await start({ limits: { maxConnections: 1 } });
    const first = await fixture.peer();
    const second = await fixture.peer();
    await second.whenClosed();
    expect(fixture.dropped).toEqual(['too many connections']);
    first.send(call(1, 2, 0, 0));
    expect(await first.next()).toBe(accepted(1, 0, 0));
  });

  it('takes no more connections of one client than allowed', async () => {
    const fixture = await start({ limits: { maxConnectionsPerClient: 2 } });
    const [first] = [await fixture.peer(), await fixture.peer()];
    for (let index = 0; index < 3; index++) await (await fixture.peer()).whenClosed();
    expect(fixture.dropped).toEqual(['too many connections of this client']);
    expect(fixture.server.size).toBe(2);
    first.socket.destroy();
    await expect.poll(() => fixture.server.size).toBe(1);
    const third = await fixture.peer();
    third.send(call(1, 2, 0, 0));
    expect(await third.next()).toBe(accepted(1, 0, 0));
  });

  it('does not talk with a client that is not admitted', async () => {
    const fixture = await start({ admit: () => false });
    const peer = await fixture.peer();
    await peer.whenClosed();
    expect(fixture.server.size).toBe(0);
  });
});

describe('RpcServer: duplicate requests', () => {
  it('executes a retransmission once, also over a new connection', async () => {
    const fixture = await start();
    fixture.gate.resolve();
    const first = await fixture.peer();
    first.send(call(9, 2, 1, 100));
    const reply = await first.next();
    expect(reply).toBe(accepted(9, 0, 101));
    first.socket.destroy();
    const second = await fixture.peer();
    second.send(call(9, 2, 1, 100), call(10, 2, 1, 100));
    expect(await second.next()).toBe(reply);
    expect(await second.next()).toBe(accepted(10, 0, 102));
    expect(fixture.executions).toBe(2);
  });

  it('does not remember an answer that says that nothing was done', async () => {
    const fixture = await start();
    fixture.gate.resolve();
    const peer = await fixture.peer();
    peer.send(call(9, 2, 1, askAgain - 1));
    expect(await peer.next()).toBe(accepted(9, 0, askAgain));
    peer.send(call(9, 2, 1, askAgain - 1));
    expect(await peer.next()).toBe(accepted(9, 0, askAgain + 1));
    peer.send(call(9, 2, 1, askAgain - 1));
    expect(await peer.next()).toBe(accepted(9, 0, askAgain + 1));
    expect(fixture.executions).toBe(2);
  });

  it('answers a retransmission of a running call when that settles, though its connection is gone', async () => {
    const fixture = await start();
    const first = await fixture.peer();
    first.send(call(9, 2, 1, 100));
    await expect.poll(() => fixture.executions).toBe(1);
    first.socket.destroy();
    const second = await fixture.peer();
    second.send(call(9, 2, 1, 100), call(1, 2, 0, 0));
    expect(await second.next()).toBe(accepted(1, 0, 0));
    fixture.gate.resolve();
    expect(await second.next()).toBe(accepted(9, 0, 101));
    expect(fixture.executions).toBe(1);
  });
});

describe('RpcServer: ends', () => {
  it('aborts the calls of a connection that is gone', async () => {
    const fixture = await start();
    const peer = await fixture.peer();
    peer.send(call(1, 2, 3, 1));
    await expect.poll(() => fixture.calls.length).toBe(1);
    const { signal } = fixture.calls[0]!;
    expect(signal.aborted).toBe(false);
    peer.socket.destroy();
    await expect.poll(() => signal.aborted).toBe(true);
    fixture.gate.resolve();
    await expect.poll(() => fixture.server.size).toBe(0);
  });

  it('answers a peer that has shut down its sending side', async () => {
    const fixture = await start();
    const peer = await fixture.peer();
    peer.socket.end(Buffer.from(call(1, 2, 3, 5), 'hex'));
    await expect.poll(() => fixture.calls.length).toBe(1);
    fixture.gate.resolve();
    expect(await peer.next()).toBe(accepted(1, 0, 5));
    await peer.whenClosed();
  });

  it('stops in order: answers what runs, begins nothing, closes', async () => {
    const fixture = await start();
    const peer = await fixture.peer();
    peer.send(call(1, 2, 3, 5));
    await expect.poll(() => fixture.calls.length).toBe(1);
    const closed = fixture.server.close(5000);
    peer.send(call(2, 2, 0, 0));
    await sleep(10);
    await expect(fixture.peer()).rejects.toThrow('ECONNREFUSED');
    fixture.gate.resolve();
    expect(await peer.next()).toBe(accepted(1, 0, 5));
    await closed;
    await expect(peer.next()).rejects.toThrow('closed');
  });

  it('cuts off what does not settle in time', async () => {
    const clock = new TestClock();
    const fixture = await start({ clock });
    const peer = await fixture.peer();
    peer.send(call(1, 2, 3, 5), call(2, 2, 1, 5));
    await expect.poll(() => fixture.executions).toBe(1);
    const closed = fixture.server.close(5000);
    clock.advance(5000);
    await closed;
    expect(fixture.calls[0]!.signal.aborted).toBe(true);
    await peer.whenClosed();
  });

  it('fails the client’s calls with the reason', async () => {
    const fixture = await start();
    const client = await fixture.client();
    await expect(client.call(PROGRAM, 2, SYS, 0)).rejects.toBeInstanceOf(RpcCallError);
    await expect(client.call(PROGRAM, 9, ECHO, Buffer.alloc(0))).rejects.toThrow('"low":2,"high":4');
    const waiting = client.call(PROGRAM, 2, SLOW, 0);
    client.close();
    await expect(waiting).rejects.toThrow('closed');
    await expect(client.call(PROGRAM, 2, ECHO, Buffer.alloc(0))).rejects.toThrow('closed');
  });
});
