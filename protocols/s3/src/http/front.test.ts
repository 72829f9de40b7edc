import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReplySource } from '@polynas/http';
import type { S3ServerOptions } from './server.ts';
import type { EchoDoor } from '../test/echo-door.ts';
import { openEchoDoor, sourceOf } from '../test/echo-door.ts';

const doors: EchoDoor[] = [];

/** Anonymous requests are let in, so that raw bytes can be sent without a signature. */
async function open(change: Partial<S3ServerOptions<string>> = {}): Promise<EchoDoor> {
  const door = await openEchoDoor({ anonymous: async () => 'anyone', ...change });
  doors.push(door);
  return door;
}

afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.server.stop(200)));
});

/** Sends bytes and gives what came back until the server closed or, after its first bytes, fell silent. */
async function talk(door: EchoDoor, text: string): Promise<string> {
  const socket = connect(door.server.address.port, '127.0.0.1');
  return new Promise((resolve) => {
    let received = '';
    const finish = (): void => {
      socket.destroy();
      resolve(received);
    };
    let timer = setTimeout(finish, 3000);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(finish, 60);
    });
    socket.on('error', () => undefined);
    socket.on('close', finish);
    socket.write(text);
  });
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;

describe('HTTP', () => {
  it('answers with request ids and an error document; HEAD without a body', async () => {
    const door = await open();
    const missing = await talk(door, get('/b/k'));
    expect(missing).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(missing).toMatch(/\r\nx-amz-request-id: [0-9A-F]{16}\r\n/i);
    expect(missing).toMatch(/\r\nx-amz-id-2: /i);
    expect(missing).toMatch(/\r\nDate: /);
    expect(missing).toContain('<Code>NoSuchKey</Code>');
    expect(missing).toContain('<Resource>/b/k</Resource>');
    const head = await talk(door, 'HEAD /b/k HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 404/);
    expect(head.endsWith('\r\n\r\n')).toBe(true);
  });

  it('a connection that never asks is closed without an answer, one that asks too slowly is told', async () => {
    const door = await open({ connections: { headersTimeout: 50 } });
    expect(await talk(door, '')).toBe('');
    expect(await talk(door, 'GET / HTTP/1.1\r\n')).toContain('<Code>RequestTimeout</Code>');
  });

  it('refuses anonymous requests unless told otherwise', async () => {
    const door = await openEchoDoor();
    doors.push(door);
    expect(await talk(door, get('/b/k'))).toContain('<Code>AccessDenied</Code>');
    expect(await talk(door, 'OPTIONS /b/k HTTP/1.1\r\nHost: h\r\n\r\n')).toContain('<Code>NotImplemented</Code>');
  });

  it.each([
    ['GET', '/b?analytics', '', 501, 'NotImplemented'],
    ['PUT', '/b?policy', 'Content-Length: 0\r\n', 501, 'NotImplemented'],
    ['GET', '/b?brandNewThing', '', 501, 'NotImplemented'],
    ['DELETE', '/b?brandNewThing', '', 501, 'NotImplemented'],
    ['PUT', '/b/k?tagging', 'Content-Length: 0\r\n', 501, 'NotImplemented'],
    ['GET', '/b/k?torrent', '', 501, 'NotImplemented'],
    ['POST', '/b/k?select&select-type=2', '', 501, 'NotImplemented'],
    ['DELETE', '/b/k?versionId=null', '', 204, ''],
    ['PUT', '/b/k?versionId=abc', 'Content-Length: 0\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k?acl', 'Content-Length: 0\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k', 'Content-Length: 0\r\nx-amz-acl: public-read\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k', 'Content-Length: 0\r\nx-amz-acl: private\r\n', 200, ''],
    ['PUT', '/b/k?x-amz-acl=public-read', 'Content-Length: 0\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k', 'Content-Length: 0\r\nx-amz-server-side-encryption: AES256\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k', 'Content-Length: 0\r\nx-amz-storage-class: GLACIER\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k', 'Content-Length: 0\r\nx-amz-tagging: a=b\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k', 'Content-Length: 0\r\nx-amz-object-lock-mode: GOVERNANCE\r\n', 501, 'NotImplemented'],
    ['PUT', '/b/k', '', 411, 'MissingContentLength'],
    ['PUT', '/b/k', 'Content-Length: 99999999999999\r\n', 400, 'EntityTooLarge'],
    ['PUT', '/b/k', 'Transfer-Encoding: chunked\r\n', 501, 'NotImplemented'],
    ['POST', '/b/k', 'Content-Length: 0\r\n', 405, 'MethodNotAllowed'],
    ['POST', '/b', 'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 0\r\n', 501, 'NotImplemented'],
    ['GET', '/b/%zz', '', 400, 'InvalidURI'],
    ['GET', '/b/%ff', '', 400, 'InvalidURI'],
    ['GET', `/b/${'k'.repeat(1025)}`, '', 400, 'KeyTooLongError'],
    ['GET', '//k', '', 400, 'InvalidBucketName'],
    ['GET', 'http://h/b/k', '', 404, 'NoSuchKey'],
    ['GET', `/${'k'.repeat(40_000)}`, '', 400, 'RequestHeaderSectionTooLarge'],
  ])('%s %.40s %j → %i %s', async (method, target, headers, status, code) => {
    const door = await open();
    const answer = await talk(door, `${method} ${target} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    expect(answer).toContain(code === '' ? '' : `<Code>${code}</Code>`);
  });

  it('says 100 Continue only when the body is wanted', async () => {
    const door = await open();
    const expectation = 'Expect: 100-continue\r\nContent-Length: 5\r\n';
    const wanted = await talk(door, `PUT /b/k HTTP/1.1\r\nHost: h\r\n${expectation}\r\nhello`);
    expect(wanted).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    const refused = await talk(door, `PUT /b/k HTTP/1.1\r\nHost: h\r\nx-amz-acl: public-read\r\n${expectation}\r\n`);
    expect(refused).toMatch(/^HTTP\/1\.1 501/);
    expect(refused).toMatch(/connection: close/i);
  });

  it('answers pipelined requests in order, and cuts off too many', async () => {
    const door = await open();
    const answers = await talk(door, get('/b/1') + get('/b/2') + get('/b/3'));
    expect([...answers.matchAll(/<Key>(\d)<\/Key>/g)].map((match) => match[1])).toEqual(['1', '2', '3']);
    expect([...(await talk(door, get('/b/1').repeat(100))).matchAll(/HTTP\/1\.1 /g)].length).toBeLessThan(100);
  });

  it('a handler that fails is a 500 without details, and is reported', async () => {
    const door = await open({
      handlers: {
        GetObject: async () => {
          throw new Error('secret detail');
        },
      },
    });
    const answer = await talk(door, get('/b/k'));
    expect(answer).toMatch(/^HTTP\/1\.1 500/);
    expect(answer).toContain('<Code>InternalError</Code>');
    expect(answer).not.toContain('secret detail');
    expect(door.answers[0]?.error).toBeInstanceOf(Error);
  });

  it('a source that falls short cuts the connection; of one that fails at once the client is told', async () => {
    let closed = 0;
    const source = (): ReplySource => ({
      ...sourceOf(Buffer.from('abc')),
      close: async () => void closed++,
    });
    const failing = (): ReplySource => ({
      read: () => Promise.reject(new Error('medium')),
      close: async () => void closed++,
    });
    const door = await open({
      handlers: {
        GetObject: async ({ key }) => ({
          status: 200,
          body: { length: 5, source: key === 'k' ? source() : failing() },
        }),
      },
    });
    await expect(fetch(`${door.endpoint}/b/k`).then((response) => response.text())).rejects.toThrow();
    const failed = await fetch(`${door.endpoint}/b/failing`);
    expect([failed.status, await failed.text()]).toEqual([500, expect.stringContaining('<Code>InternalError</Code>')]);
    expect(door.answers.at(-1)).toMatchObject({ status: 500, error: { message: 'medium' } });
    expect(closed).toBe(2);
  });

  it('a client that does not read is not served ahead, and is cut off', async () => {
    let pulled = 0;
    const door = await open({
      limits: { stall: 300 },
      handlers: {
        GetObject: async () => ({
          status: 200,
          body: {
            length: 1024 ** 3,
            source: {
              read: async (maximum) => {
                pulled += maximum;
                return new Uint8Array(maximum);
              },
              close: async () => undefined,
            },
          },
        }),
      },
    });
    const socket = connect(door.server.address.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(get('/b/k'));
    while (door.answers.length === 0) await delay(50);
    // What the kernel's own buffers take, and no more.
    expect(pulled).toBeLessThan(16 * 1024 * 1024);
    socket.destroy();
  });

  it('beyond the places, SlowDown', async () => {
    let release: (() => void) | undefined;
    const door = await open({
      limits: { requests: 1, waiting: 0 },
      handlers: { GetObject: () => new Promise((resolve) => (release = () => resolve({ status: 200 }))) },
    });
    const first = talk(door, get('/b/k'));
    while (release === undefined) await delay(10);
    expect(await talk(door, get('/b/k'))).toContain('<Code>SlowDown</Code>');
    release();
    expect(await first).toMatch(/^HTTP\/1\.1 200/);
  });

  it("clients that send slowly take nobody's place, and are cut off", async () => {
    const door = await open({ limits: { bodyIdle: 300, uploadRate: 1000, requests: 1, waiting: 0 } });
    const silent = talk(door, 'PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc');
    // One byte now and then is progress, but not enough of it.
    const socket = connect(door.server.address.port, '127.0.0.1');
    let dripped = '';
    socket.on('data', (bytes: Buffer) => (dripped += bytes.toString('latin1'))).on('error', () => undefined);
    socket.write('PUT /b/drip HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 50);
    expect(await talk(door, get('/b/k'))).toContain('<Code>NoSuchKey</Code>');
    expect(await silent).toContain('<Code>RequestTimeout</Code>');
    while (dripped === '') await delay(50);
    clearInterval(drip);
    expect(dripped).toContain('<Code>RequestTimeout</Code>');
    expect(door.objects.size).toBe(0);
    socket.destroy();
  });

  it('documents beyond their budget are refused, objects then come in small pieces', async () => {
    const pieces: number[] = [];
    const door = await open({
      limits: { documents: 100_000, replies: 300_000 },
      handlers: {
        ListObjects: async () => ({ status: 200, body: 'x'.repeat(200_000) }),
        GetObject: async () => ({
          status: 200,
          body: {
            length: 1_000_000,
            source: {
              read: async (maximum) => new Uint8Array(maximum),
              close: async () => undefined,
            },
          },
        }),
        GetObjectAttributes: async () => ({
          status: 200,
          body: {
            length: 8 * 1024 ** 2,
            source: {
              read: async (maximum) => {
                pieces.push(maximum);
                return new Uint8Array(maximum);
              },
              close: async () => undefined,
            },
          },
        }),
      },
    });
    expect(await talk(door, get('/b'))).toContain('<Code>SlowDown</Code>');
    const stuck = connect(door.server.address.port, '127.0.0.1');
    stuck.on('error', () => undefined);
    stuck.pause();
    stuck.write(get('/b/k?attributes'));
    while (pieces.length === 0) await delay(10);
    await delay(100);
    expect(pieces[0]).toBe(262_144);
    const before = pieces.length;
    const healthy = await fetch(`${door.endpoint}/b/k`);
    expect((await healthy.arrayBuffer()).byteLength).toBe(1_000_000);
    expect(pieces.length).toBe(before);
    stuck.destroy();
  });

  it('stops in order: what is under way is finished, nothing new is taken', async () => {
    let release: (() => void) | undefined;
    const door = await open({
      handlers: {
        GetObject: () => new Promise((resolve) => (release = () => resolve({ status: 200, body: 'done' }))),
      },
    });
    const answer = fetch(`${door.endpoint}/b/k`);
    while (release === undefined) await delay(10);
    const stopped = door.server.stop(5000);
    release();
    expect(await (await answer).text()).toBe('done');
    await stopped;
    await expect(fetch(`${door.endpoint}/b/k`)).rejects.toThrow();
    doors.splice(doors.indexOf(door), 1);
  });

  it('random bytes and mutated requests never take the door down', async () => {
    const door = await open({ limits: { bodyIdle: 200 } });
    const seed = `PUT /b/k?partNumber=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-MD5: x\r\n\r\nabc`;
    const mutated = fc
      .tuple(fc.nat(seed.length), fc.nat(8), fc.uint8Array({ maxLength: 8 }))
      .map(([at, cut, bytes]) => seed.slice(0, at) + Buffer.from(bytes).toString('latin1') + seed.slice(at + cut));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          mutated,
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        ),
        async (text) => {
          const socket = connect(door.server.address.port, '127.0.0.1');
          socket.on('error', () => undefined);
          await new Promise<void>((resolve) => {
            socket.on('close', () => resolve());
            socket.end(Buffer.from(text, 'latin1'));
            socket.resume();
            setTimeout(() => socket.destroy(), 20);
          });
        },
      ),
      { numRuns: 150 },
    );
    expect(await talk(door, get('/b/missing'))).toContain('<Code>NoSuchKey</Code>');
  });
});
