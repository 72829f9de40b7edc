import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NfsClient, stableHow } from '../bench/nfs/nfs-client.ts';
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
    const writers = [
      new Writer('nfs-stable', nfs[0].write),
      new Writer('nfs-commit', nfs[1].write),
      ...['a', 'b', 'c', 'd'].map(
        (lane) =>
          new Writer(`s3-${lane}`, async (name, content) => void (await sdk.putBytes(`s3/${lane}/${name}`, content))),
      ),
    ];
    const guestRun = noKernel === undefined ? startGuestWriter() : undefined;
    const counts = async (): Promise<number[]> => [
      ...writers.map(({ acknowledged }) => acknowledged.size),
      ...(guestRun === undefined ? [] : [await guestRun.count()]),
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
      for (const client of nfs) client.close();
      await guestRun?.stop();
    }

    // Each kill was noticed, and nothing else failed.
    for (const { failures } of writers) expect(failures.length).toBeGreaterThan(0);

    // What the doors say at last, after one more kill.
    await head.kill9();
    await head.start();
    const [stable, commit, ...lanes] = writers;
    const wanted = new Map([...stable!.acknowledged, ...commit!.acknowledged]);
    for (const [index, { acknowledged }] of lanes.entries()) {
      for (const [name, sum] of acknowledged) wanted.set(`s3/${'abcd'[index]}/${name}`, sum);
    }
    for (const [name, sum] of (await guestRun?.acknowledged()) ?? []) wanted.set(name, sum);
    expect(wanted.size).toBeGreaterThan(rounds * perRound * writers.length);
    expect(await lostOf(wanted, (name) => sdk.sum(name))).toEqual([]);
    if (guestRun === undefined) return;
    const tree = await doors.kernel.tree();
    expect(await lostOf(wanted, async (name) => tree.get(name))).toEqual([]);
    const held = await sdk.bytes('held');
    const numbers = held.toString().match(/.{8}/g)?.map(Number);
    expect(numbers).toEqual(Array.from({ length: numbers?.length ?? 0 }, (_, index) => index));
    expect(numbers?.length).toBeGreaterThanOrEqual(await guestRun.count());
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

function startGuestWriter(): {
  count(): Promise<number>;
  acknowledged(): Promise<Acknowledged>;
  stop(): Promise<void>;
} {
  const { guest, kernel, scratch } = doors;
  const program = join(scratch, 'writer.py');
  writeFileSync(program, guestProgram);
  const running = guest.run(`python3 ${guest.put(program)} ${kernel.at}`, { timeout: 500_000 });
  const lines = async (): Promise<string[]> => {
    const text = await guest.expect('cat /tmp/acknowledged 2>/dev/null || true');
    return text.split('\n').filter((line) => line !== '');
  };
  return {
    count: async () => (await lines()).length,
    acknowledged: async () => new Map((await lines()).map((line) => line.split(' ') as [string, string])),
    async stop() {
      await guest.expect('touch /tmp/stop');
      const { status, output } = await running;
      expect(status, output).toBe(0);
    },
  };
}
