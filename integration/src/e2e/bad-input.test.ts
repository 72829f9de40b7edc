import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NfsClient } from '../bench/nfs/nfs-client.ts';
import { opaque, pack, u64 } from '../bench/nfs/xdr.ts';
import { disposition, SmbClient } from '../bench/smb/smb-client.ts';
import { AwsCli } from '../clients/aws-cli.ts';
import { AwsSdk, getSignedUrl, sdk } from '../clients/aws-sdk.ts';
import { Libnfs } from '../clients/libnfs.ts';
import { RawNfs } from '../clients/raw-nfs.ts';
import { S3cmd } from '../clients/s3cmd.ts';
import { Smbclient } from '../clients/smbclient.ts';
import { SwiftCli } from '../clients/swift-cli.ts';
import { passwordOf } from '../head/declared.ts';
import { Doors } from './doors.ts';
import { mutated, randomFrame, randomFrom } from './mutations.ts';
import { RecordingProxy, type Session } from './recording-proxy.ts';

const MIB = 2 ** 20;
/**
 * What the head's memory may grow to, whatever clients do. docs/support: 256 MiB of requests and replies at the NFS door, and as much at the SMB
 * door; at the S3 and at the Swift door 64 MiB of objects, 64 MiB of documents and 64 KiB for each of a thousand connections. That is 896 MiB
 * when all doors are full at once; a quarter of a GiB is for Node, caches and garbage.
 */
const memoryBound = (896 + 256) * MIB;
/** Seconds that the mutated sessions of one door go on. */
const seconds = Number(process.env['POLYNAS_FUZZ_SECONDS'] ?? 8);
const seed = Number(process.env['POLYNAS_FUZZ_SEED'] ?? randomInt(2 ** 31));

let doors: Doors;
let adminPort: number;

beforeAll(async () => {
  const { freePorts } = await import('../peers/daemon.ts');
  [adminPort = 0] = await freePorts(1);
  doors = await Doors.open({ config: { admin: { listen: { address: '127.0.0.1', port: adminPort } } } });
});

afterAll(async () => {
  await doors?.[Symbol.asyncDispose]();
});

/** A session of alice on share `files`, by the load generator's own client. */
function smbSession(port: number): Promise<SmbClient> {
  return SmbClient.connect({ port, share: 'files', user: { name: 'alice', password: passwordOf('alice') } }, false);
}

/** Storage URL and token of alice, by tempauth. */
async function swiftAccess(port: number): Promise<{ url: string; headers: Record<string, string> }> {
  const answer = await fetch(`http://127.0.0.1:${port}/auth/v1.0`, {
    headers: { 'x-auth-user': 'default:alice', 'x-auth-key': passwordOf('alice') },
  });
  const url = answer.headers.get('x-storage-url');
  const token = answer.headers.get('x-auth-token');
  if (url === null || token === null) throw new Error(`tempauth: ${answer.status}`);
  return { url, headers: { 'x-auth-token': token } };
}

/** Sends bytes, half of the time ends there, and waits until the head closes, for a moment. Whatever comes back is not looked at. */
async function attack(port: number, bytes: Buffer, end: boolean, patience = 150): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  // A reset is an answer to bad input as good as any.
  socket.on('error', () => undefined);
  socket.resume();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (end) socket.end(bytes);
  else socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), patience);
  socket.once('end', () => socket.destroy());
  await closed;
  clearTimeout(timer);
}

/** A client at each door that has to be served as if nobody else were there. */
class HealthyClients {
  readonly errors: string[] = [];
  #stopped = false;
  #rounds = 0;
  readonly #done: Promise<unknown>;

  constructor() {
    this.#done = Promise.all([this.#nfs(), this.#smb(), this.#s3(), this.#swift(), this.#programs()]);
  }

  get rounds(): number {
    return this.#rounds;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #nfs(): Promise<void> {
    const { nfsPort } = doors.head;
    const server = { nfsPort, mountPort: nfsPort, exportPath: '/files', uid: 1000, gid: 1000 };
    // One connection that stays, and must not be cut.
    const client = await NfsClient.mount(server);
    // Never the same call twice: the transaction numbers of this client begin anew with each connection, and the head would take the
    // second call for a retransmission of the first.
    const own = randomBytes(8).toString('hex');
    await this.#loop(async (round) => {
      const name = `healthy-nfs-${own}-${round}`;
      const file = await client.create(client.root, name);
      const data = randomBytes(1000);
      await client.write(file, 0, data, 2);
      const back = await client.read(file, 0, 2000);
      if (!back.equals(data)) throw new Error('NFS read other bytes than were written');
      await client.remove(client.root, name);
    });
    client.close();
  }

  async #smb(): Promise<void> {
    const client = await smbSession(doors.head.smbPort);
    const own = randomBytes(8).toString('hex');
    await this.#loop(async (round) => {
      const name = `healthy-smb-${own}-${round}`;
      const file = await client.create(name);
      const data = randomBytes(1000);
      await client.write(file, 0, data);
      if (!(await client.read(file, 0, 1000)).equals(data)) throw new Error('SMB read other bytes than were written');
      await client.closeFile(file);
      await client.remove(name);
    });
    client.close();
  }

  async #swift(): Promise<void> {
    const { url, headers } = await swiftAccess(doors.head.swiftPort);
    await this.#loop(async (round) => {
      const object = `${url}/files/healthy/swift-${round % 10}`;
      const text = `round ${round}`;
      const put = await fetch(object, { method: 'PUT', headers, body: text });
      if (put.status !== 201) throw new Error(`Swift PUT: ${put.status}`);
      const back = await (await fetch(object, { headers })).text();
      if (back !== text) throw new Error('Swift read other bytes than were written');
    });
  }

  async #s3(): Promise<void> {
    await this.#loop(async (round) => {
      const key = `healthy/s3-${round % 10}`;
      const text = `round ${round}`;
      await doors.sdk.putBytes(key, text);
      if ((await doors.sdk.bytes(key)).toString() !== text) throw new Error('S3 read other bytes than were written');
    });
  }

  /** Clients of others, which begin anew each time. */
  async #programs(): Promise<void> {
    const { aws, libnfs } = doors;
    await this.#loop(async () => {
      if (libnfs.unavailable === undefined) {
        const { status, stderr } = await libnfs.list();
        if (status !== 0) throw new Error(`nfs-ls: ${stderr}`);
      }
      if (aws.unavailable === undefined) await aws.s3(['ls', 's3://files/healthy/']);
    });
  }

  async #loop(step: (round: number) => Promise<void>): Promise<void> {
    for (let round = 0; !this.#stopped; round += 1) {
      try {
        await step(round);
        this.#rounds += 1;
      } catch (error) {
        this.errors.push(String(error));
        return;
      }
    }
  }
}

/** The head is well: it is the same process, its log has no fault, its memory is within the bound. */
function expectWell(pid: number): void {
  const { head } = doors;
  expect(head.pid).toBe(pid);
  expect(head.faults()).toEqual([]);
  expect(head.memory().peak).toBeLessThan(memoryBound);
}

async function whileHealthy(work: () => Promise<void>): Promise<void> {
  const { pid } = doors.head;
  const healthy = new HealthyClients();
  try {
    // All of them are served before anything bad happens, and while it does.
    await expect.poll(() => healthy.rounds, { timeout: 30_000 }).toBeGreaterThan(3);
    await work();
  } finally {
    await healthy.stop();
  }
  expect(healthy.errors).toEqual([]);
  expect(healthy.rounds).toBeGreaterThan(5);
  expectWell(pid);
}

/** Valid sessions of clients, as they were sent to a port. */
async function recorded(port: number, drive: (port: number) => Promise<void>): Promise<Session[]> {
  const proxy = await RecordingProxy.open(port);
  await drive(proxy.port);
  proxy.close();
  const sessions = proxy.sessions.filter((session) => session.length > 0);
  expect(sessions.length).toBeGreaterThan(0);
  return sessions;
}

async function fuzz(port: number, sessions: readonly Session[], frames: boolean): Promise<number> {
  const random = randomFrom(seed);
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const session = sessions[random(sessions.length)];
      const bytes =
        session === undefined || (frames && random(3) === 0) ? randomFrame(random) : mutated(session, random);
      await attack(port, bytes, random(2) === 0);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return count;
}

describe(`mutated sessions and random frames (POLYNAS_FUZZ_SEED=${seed})`, () => {
  test('at the NFS port', async () => {
    const { head } = doors;
    const file = join(doors.scratch, 'file');
    writeFileSync(file, randomBytes(5000));
    const sessions = await recorded(head.nfsPort, async (port) => {
      const target = { address: '127.0.0.1', nfsPort: port, exported: '/files', uid: 1000, gid: 1000 };
      const libnfs = new Libnfs(target);
      if (libnfs.unavailable === undefined) {
        await libnfs.put(file, 'recorded');
        await libnfs.sum('recorded');
        await libnfs.list();
      }
      const raw = await RawNfs.connect(port);
      const { handle } = await raw.mount('/files');
      await raw.all(handle);
      raw.close();
      const client = await NfsClient.mount({
        nfsPort: port,
        mountPort: port,
        exportPath: '/files',
        uid: 1000,
        gid: 1000,
      });
      await client.write(await client.create(client.root, 'recorded-too'), 0, randomBytes(3000), 0);
      await client.list(client.root);
      client.close();
    });
    await whileHealthy(async () => {
      expect(await fuzz(head.nfsPort, sessions, true)).toBeGreaterThan(100);
    });
  });

  test('at the S3 port', async () => {
    const { head, scratch } = doors;
    const file = join(scratch, 'file');
    writeFileSync(file, randomBytes(70_000));
    const sessions = await recorded(head.s3Port, async (port) => {
      const target = { endpoint: `http://127.0.0.1:${port}`, bucket: 'files', ...head.key('alice') };
      const s3 = new AwsSdk(target);
      await s3.put(file, 'recorded/streamed');
      await s3.putBytes('recorded/x', 'text');
      await s3.bytes('recorded/x');
      await s3.keys('recorded');
      await s3.client.send(new sdk.CreateMultipartUploadCommand({ Bucket: 'files', Key: 'recorded/parts' }));
      await s3.removeAll(['recorded/nothing']);
      const url = await getSignedUrl(s3.client, new sdk.GetObjectCommand({ Bucket: 'files', Key: 'recorded/x' }));
      await (await fetch(url)).text();
      s3.close();
      for (const client of [new AwsCli(target), new S3cmd(target)]) {
        if (client.unavailable === undefined) await client.put(file, `recorded/${client.name}`);
      }
    });
    await whileHealthy(async () => {
      expect(await fuzz(head.s3Port, sessions, false)).toBeGreaterThan(100);
    });
  });

  test('at the SMB port', async () => {
    const { head, scratch } = doors;
    const file = join(scratch, 'file');
    writeFileSync(file, randomBytes(5000));
    const sessions = await recorded(head.smbPort, async (port) => {
      for (const protocol of ['SMB2_10', 'SMB3_11'] as const) {
        const smbclient = new Smbclient({ ...head.smbTarget('alice'), port }, { protocol });
        if (smbclient.unavailable !== undefined) break;
        await smbclient.put(file, 'recorded-smbclient');
        await smbclient.sum('recorded-smbclient');
        await smbclient.shares();
      }
      const client = await smbSession(port);
      const open = await client.create('recorded-smb', disposition.openIf);
      await client.write(open, 0, randomBytes(3000));
      await client.flush(open);
      await client.closeFile(open);
      await client.stat('recorded-smb');
      await client.list('');
      await client.disconnect();
    });
    await whileHealthy(async () => {
      expect(await fuzz(head.smbPort, sessions, true)).toBeGreaterThan(100);
    });
  });

  test('at the Swift port', async () => {
    const { head, scratch } = doors;
    const file = join(scratch, 'file');
    writeFileSync(file, randomBytes(70_000));
    const sessions = await recorded(head.swiftPort, async (port) => {
      const swift = new SwiftCli({ ...head.swiftTarget('alice'), authUrl: `http://127.0.0.1:${port}/auth/v1.0` });
      if (swift.unavailable === undefined) {
        await swift.put(file, 'recorded/swift');
        await swift.sum('recorded/swift');
      }
      const { url, headers } = await swiftAccess(port);
      const object = `${url}/files/recorded/x`;
      await fetch(object, { method: 'PUT', headers: { ...headers, 'x-object-meta-colour': 'red' }, body: 'text' });
      for (const format of ['json', 'xml', 'plain']) {
        await (await fetch(`${url}/files?format=${format}&prefix=recorded&delimiter=/`, { headers })).text();
      }
      await fetch(object, { method: 'POST', headers: { ...headers, 'x-object-meta-colour': 'blue' } });
      const manifest = JSON.stringify([{ path: 'files/recorded/x' }]);
      await fetch(`${url}/files/recorded/slo?multipart-manifest=put`, { method: 'PUT', headers, body: manifest });
      await (await fetch(`${url}/files/recorded/slo`, { headers: { ...headers, range: 'bytes=1-2' } })).text();
    });
    await whileHealthy(async () => {
      expect(await fuzz(head.swiftPort, sessions, false)).toBeGreaterThan(100);
    });
  });

  test('at the port of the admin API', async () => {
    const get = Buffer.from(
      `GET /v1/shares HTTP/1.1\r\nhost: 127.0.0.1:${adminPort}\r\nauthorization: Bearer xxxxx\r\n\r\n`,
    );
    const body = JSON.stringify({ tenant: 'default', name: 'fuzzed', owner: 'alice' });
    const post = Buffer.from(
      `POST /v1/shares HTTP/1.1\r\nhost: 127.0.0.1:${adminPort}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await whileHealthy(async () => {
      expect(await fuzz(adminPort, [[get], [post]], true)).toBeGreaterThan(100);
    });
    expect((await doors.head.polynas(['share', 'list'])).stdout.toString()).not.toContain('fuzzed');
  });
});

describe('1,000 clients that ask for 1 MiB and never read', () => {
  const crowd = 1000;

  /** Connections that sent their request; they take no byte of the answer. */
  async function ask(port: number, request: Buffer): Promise<Socket[]> {
    const sockets: Socket[] = [];
    for (let from = 0; from < crowd; from += 100) {
      const some = Array.from({ length: 100 }, () => connect({ host: '127.0.0.1', port }));
      for (const socket of some) socket.on('error', () => undefined).pause();
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      for (const socket of some) socket.write(request);
      sockets.push(...some);
    }
    return sockets;
  }

  async function neverRead(ask: () => Promise<readonly { destroy(): void }[]>): Promise<void> {
    const before = doors.head.memory().now;
    let sockets: readonly { destroy(): void }[] = [];
    try {
      await whileHealthy(async () => {
        sockets = await ask();
        // Until the head has stopped to take in more of it: its memory no longer grows.
        let last = 0;
        await expect
          .poll(
            () => {
              const { now } = doors.head.memory();
              const settled = Math.abs(now - last) < 4 * MIB;
              last = now;
              return settled;
            },
            { timeout: 30_000, interval: 1000 },
          )
          .toBe(true);
      });
      console.log(
        `memory of the head: ${Math.round(before / MIB)} MiB before, ${Math.round(doors.head.memory().now / MIB)} MiB with ${crowd} clients, peak ${Math.round(doors.head.memory().peak / MIB)} MiB`,
      );
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  }

  test('of S3', async () => {
    const { head, sdk: s3 } = doors;
    await s3.putBytes('crowd', randomBytes(MIB));
    const url = new URL(await getSignedUrl(s3.client, new sdk.GetObjectCommand({ Bucket: 'files', Key: 'crowd' })));
    const request = Buffer.from(`GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`);
    expect((await fetch(url)).status).toBe(200);
    await neverRead(() => ask(head.s3Port, request));
  });

  test('of NFS', async () => {
    const { head, sdk: s3 } = doors;
    await s3.putBytes('crowd', randomBytes(MIB));
    const raw = await RawNfs.connect(head.nfsPort);
    const { handle } = await raw.lookup((await raw.mount('/files')).handle, 'crowd');
    expect((await raw.read(handle, 0, MIB)).data.length).toBe(MIB);
    raw.close();
    const call = pack(7, 0, 2, 100_003, 3, 6, 1, 20, pack(0, 0, 1000, 1000, 0), 0, 0, opaque(handle), u64(0), MIB);
    const mark = pack((0x8000_0000 | call.length) >>> 0);
    await neverRead(() => ask(head.nfsPort, Buffer.concat([mark, call])));
  });

  test('of Swift', async () => {
    const { head, sdk: s3 } = doors;
    await s3.putBytes('crowd', randomBytes(MIB));
    const { url, headers } = await swiftAccess(head.swiftPort);
    const { pathname, host } = new URL(`${url}/files/crowd`);
    const request = Buffer.from(
      `GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\nx-auth-token: ${headers['x-auth-token']}\r\n\r\n`,
    );
    await neverRead(() => ask(head.swiftPort, request));
  });

  test('of SMB', async () => {
    const { head, sdk: s3 } = doors;
    await s3.putBytes('crowd', randomBytes(MIB));
    await neverRead(async () => {
      const clients: { destroy(): void }[] = [];
      for (let from = 0; from < crowd; from += 50) {
        const some = await Promise.all(Array.from({ length: 50 }, () => smbSession(head.smbPort)));
        for (const client of some) {
          clients.push({ destroy: () => client.close() });
          const file = await client.create('crowd', disposition.open);
          client.stopReading();
          // Ends when the connection does.
          client.read(file, 0, MIB).catch(() => undefined);
        }
      }
      return clients;
    });
  });
});

test('the volume is whole', async () => {
  expect(await doors.head.volumeProblems()).toEqual([]);
});
