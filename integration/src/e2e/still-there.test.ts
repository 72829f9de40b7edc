import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NfsClient, stableHow } from '../bench/nfs/nfs-client.ts';
import { SmbClient } from '../bench/smb/smb-client.ts';
import { authenticate, SwiftClient } from '../bench/swift/swift-client.ts';
import type { RunResult } from '../kernel/guest.ts';
import { Doors, noKernel } from './doors.ts';

const rounds = 4;
/** Acknowledged writes of each writer between two kills. */
const perRound = 25;

/** What a writer had acknowledged: name in the share and SHA-256 of its content. */
type Acknowledged = Map<string, string>;

/** Content that names itself; every seventh is larger than what is kept inline or in one piece. */
function contentOf(name: string, number: number): Buffer {
  return Buffer.alloc(number % 7 === 0 ? 700_000 : 1 + ((number * 977) % 9000), `${name} `);
}

const sumOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

let doors: Doors;

beforeAll(async () => {
  doors = await Doors.open({ kernel: true });
});

afterAll(async () => {
  await doors?.[Symbol.asyncDispose]();
});

/** Writes until told to stop; goes on over failures of the head's restarts, and counts an answer only. */
class Writer {
  readonly acknowledged: Acknowledged = new Map();
  readonly failures: string[] = [];
  readonly #write: (name: string, content: Buffer) => Promise<void>;
  readonly #name: string;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(name: string, write: (name: string, content: Buffer) => Promise<void>) {
    this.#name = name;
    this.#write = write;
    this.#done = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #loop(): Promise<void> {
    for (let number = 0; !this.#stopped; number += 1) {
      const name = `${this.#name}-${number}`;
      const content = contentOf(name, number);
      try {
        await this.#write(name, content);
        this.acknowledged.set(name, sumOf(content));
      } catch (error) {
        // Not acknowledged: it may be there or not. The head is down; another try at once would only spin.
        this.failures.push(String(error));
        await sleep(10);
      }
    }
  }
}

/** A client of our own over a connection that is made anew when it broke. */
function reconnectingNfs(): { write(name: string, content: Buffer): Promise<void>; close(): void } {
  const server = {
    nfsPort: doors.head.nfsPort,
    mountPort: doors.head.nfsPort,
    exportPath: '/files',
    uid: 1000,
    gid: 1000,
  };
  let client: NfsClient | undefined;
  return {
    async write(name, content) {
      try {
        client ??= await NfsClient.mount(server);
        const file = await client.create(client.root, name);
        // Several calls under way at once, each stable by itself.
        const pieces = Array.from({ length: Math.ceil(content.length / 65_536) }, (_, index) => index * 65_536);
        await Promise.all(
          pieces.map((at) => client!.write(file, at, content.subarray(at, at + 65_536), stableHow.fileSync)),
        );
      } catch (error) {
        client?.close();
        client = undefined;
        throw error;
      }
    },
    close: () => client?.close(),
  };
}

/** The same by UNSTABLE writes and a COMMIT. */
function unstableNfs(): { write(name: string, content: Buffer): Promise<void>; close(): void } {
  const server = {
    nfsPort: doors.head.nfsPort,
    mountPort: doors.head.nfsPort,
    exportPath: '/files',
    uid: 1000,
    gid: 1000,
  };
  let client: NfsClient | undefined;
  return {
    async write(name, content) {
      try {
        client ??= await NfsClient.mount(server);
        const file = await client.create(client.root, name);
        for (let at = 0; at < content.length; at += 65_536) {
          await client.write(file, at, content.subarray(at, at + 65_536), stableHow.unstable);
        }
        // The connection breaks when the head ends, so that no restart lies between the writes and this.
        await client.commit(file);
      } catch (error) {
        client?.close();
        client = undefined;
        throw error;
      }
    },
    close: () => client?.close(),
  };
}

/** SMB: a new file, written and flushed, in a session that is made anew when its connection broke. */
function reconnectingSmb(): { write(name: string, content: Buffer): Promise<void>; close(): void } {
  const { port, share, user, password } = doors.head.smbTarget('alice');
  let client: SmbClient | undefined;
  return {
    async write(name, content) {
      try {
        client ??= await SmbClient.connect({ port, share, user: { name: user, password } }, false);
        const file = await client.create(name);
        const pieces = Array.from({ length: Math.ceil(content.length / 65_536) }, (_, index) => index * 65_536);
        await Promise.all(pieces.map((at) => client!.write(file, at, content.subarray(at, at + 65_536))));
        await client.flush(file);
        await client.closeFile(file);
      } catch (error) {
        client?.close();
        client = undefined;
        throw error;
      }
    },
    close: () => client?.close(),
  };
}

/** Swift, with a token that is asked for again when the old one is worth nothing any more. */
function reconnectingSwift(): { write(name: string, content: Buffer): Promise<void>; close(): void } {
  const server = { port: doors.head.swiftPort, ...doors.head.swiftTarget('alice') };
  let client: SwiftClient | undefined;
  return {
    async write(name, content) {
      try {
        client ??= await SwiftClient.connect(server, await authenticate(server));
        await client.put(name, content);
      } catch (error) {
        client?.close();
        client = undefined;
        throw error;
      }
    },
    close: () => client?.close(),
  };
}

/** The guest's SMB client. What is open when the head ends is lost to it, since there are no durable handles yet; it goes on by itself. */
const cifsProgram = `
import hashlib, os, sys, time
top, log = sys.argv[1], open('/tmp/acknowledged-cifs', 'w')
number = 0
while not os.path.exists('/tmp/stop'):
    name = f'cifs-{number}'
    content = (name.encode() + b' ') * (1 + number * 37 % 3000)
    number += 1
    try:
        file = os.open(os.path.join(top, name), os.O_CREAT | os.O_WRONLY, 0o644)
        try:
            os.write(file, content)
            os.fsync(file)
        finally:
            os.close(file)
    except OSError:
        time.sleep(0.1)
        continue
    print(name, hashlib.sha256(content).hexdigest(), file=log, flush=True)
print(number)
`;

const guestProgram = `
import hashlib, os, sys
top, log = sys.argv[1], open('/tmp/acknowledged', 'w')
held = os.open(os.path.join(top, 'held'), os.O_CREAT | os.O_RDWR, 0o644)
number = 0
while not os.path.exists('/tmp/stop'):
    name = f'kernel-{number}'
    content = (name.encode() + b' ') * (1 + number * 37 % 3000)
    file = os.open(os.path.join(top, name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    os.write(file, content)
    os.fsync(file)
    os.close(file)
    if number % 5 == 0:
        # A request that was done when the head was killed, but not answered, is sent again (RFC 1813 4.8): its second
        # answer says that there is nothing left to do. An exclusive create is not: it has its verifier.
        try:
            os.mkdir(os.path.join(top, f'folder-{number}'))
        except FileExistsError:
            pass
        try:
            os.rename(os.path.join(top, name), os.path.join(top, f'folder-{number}', 'moved'))
        except FileNotFoundError:
            os.stat(os.path.join(top, f'folder-{number}', 'moved'))
        name = f'folder-{number}/moved'
    # A file that stays open over every restart.
    os.pwrite(held, b'%08d' % number, number * 8)
    os.fsync(held)
    print(name, hashlib.sha256(content).hexdigest(), file=log, flush=True)
    number += 1
print(number)
`;

describe('kill -9 under load and restart', () => {
  test('everything acknowledged is there, byte for byte, and clients go on', async () => {
    const { head, sdk } = doors;
    const nfs = [reconnectingNfs(), unstableNfs()] as const;
    const smb = reconnectingSmb();
    const swift = reconnectingSwift();
    const writers = [
      new Writer('nfs-stable', nfs[0].write),
      new Writer('nfs-commit', nfs[1].write),
      new Writer('smb', smb.write),
      new Writer('swift', swift.write),
      ...['a', 'b', 'c', 'd'].map(
        (lane) =>
          new Writer(`s3-${lane}`, async (name, content) => void (await sdk.putBytes(`s3/${lane}/${name}`, content))),
      ),
    ];
    const guests = noKernel === undefined ? await startGuestWriters() : [];
    const counts = async (): Promise<number[]> => [
      ...writers.map(({ acknowledged }) => acknowledged.size),
      ...(await Promise.all(guests.map((guest) => guest.count()))),
    ];
    try {
      for (let round = 0; round < rounds; round += 1) {
        // Every writer gets on: after a restart as before it.
        const before = await counts();
        await expect
          .poll(async () => (await counts()).map((count, index) => count - before[index]! >= perRound), {
            timeout: 120_000,
          })
          .not.toContain(false);
        await head.kill9();
        await head.start();
        expect(head.faults()).toEqual([]);
      }
      const before = await counts();
      await expect
        .poll(async () => (await counts()).map((count, index) => count > before[index]!), { timeout: 120_000 })
        .not.toContain(false);
    } finally {
      await Promise.all(writers.map((writer) => writer.stop()));
      for (const client of [...nfs, smb, swift]) client.close();
      await stopGuestWriters(guests);
    }

    // Each kill was noticed, and nothing else failed.
    for (const { failures } of writers) expect(failures.length).toBeGreaterThan(0);

    // What the doors say at last, after one more kill.
    await head.kill9();
    await head.start();
    const [stable, commit, bySmb, bySwift, ...lanes] = writers;
    const wanted = new Map([stable, commit, bySmb, bySwift].flatMap((writer) => [...writer!.acknowledged]));
    for (const [index, { acknowledged }] of lanes.entries()) {
      for (const [name, sum] of acknowledged) wanted.set(`s3/${'abcd'[index]}/${name}`, sum);
    }
    for (const guest of guests) for (const [name, sum] of await guest.acknowledged()) wanted.set(name, sum);
    expect(wanted.size).toBeGreaterThan(rounds * perRound * writers.length);
    expect(await lostOf(wanted, (name) => sdk.sum(name))).toEqual([]);
    const [kernel] = guests;
    if (kernel === undefined) return;
    const tree = await doors.kernel.tree();
    expect(await lostOf(wanted, async (name) => tree.get(name))).toEqual([]);
    const held = await sdk.bytes('held');
    const numbers = held.toString().match(/.{8}/g)?.map(Number);
    expect(numbers).toEqual(Array.from({ length: numbers?.length ?? 0 }, (_, index) => index));
    expect(numbers?.length).toBeGreaterThanOrEqual(await kernel.count());
  }, 600_000);

  test('the volume is whole', async () => {
    expect(await doors.head.volumeProblems()).toEqual([]);
  });
});

/** Names whose content is not what was acknowledged. */
async function lostOf(wanted: Acknowledged, sum: (name: string) => Promise<string | undefined>): Promise<string[]> {
  const lost: string[] = [];
  for (const [name, value] of wanted) {
    const have = await sum(name).catch((error: unknown) => String(error));
    if (have !== value) lost.push(`${name}: ${have ?? 'not there'}`);
  }
  return lost;
}

interface GuestWriter {
  /** What its program said and how it ended. */
  readonly running: Promise<RunResult>;
  count(): Promise<number>;
  acknowledged(): Promise<Acknowledged>;
}

/** A program on the NFS mount, and one on an SMB mount. */
async function startGuestWriters(): Promise<GuestWriter[]> {
  const { at } = await doors.cifs({ dialect: '3.1.1', at: '/mnt/cifs' });
  return [
    startGuestWriter('nfs', guestProgram, doors.kernel.at, '/tmp/acknowledged'),
    startGuestWriter('cifs', cifsProgram, at, '/tmp/acknowledged-cifs'),
  ];
}

function startGuestWriter(name: string, text: string, at: string, log: string): GuestWriter {
  const { guest, scratch } = doors;
  const program = join(scratch, `${name}.py`);
  writeFileSync(program, text);
  const running = guest.run(`python3 ${guest.put(program)} ${at}`, { timeout: 240_000 });
  const lines = async (): Promise<string[]> => {
    const output = await guest.expect(`cat ${log} 2>/dev/null || true`);
    return output.split('\n').filter((line) => line !== '');
  };
  return {
    running,
    count: async () => (await lines()).length,
    acknowledged: async () => new Map((await lines()).map((line) => line.split(' ') as [string, string])),
  };
}

async function stopGuestWriters(writers: readonly GuestWriter[]): Promise<void> {
  if (writers.length === 0) return;
  await doors.guest.expect('touch /tmp/stop');
  for (const { running } of writers) {
    const { status, output } = await running;
    expect(status, output).toBe(0);
  }
}
