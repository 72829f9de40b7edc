import { createCore, inlineHasher, memoryRegistryStore } from '@polynas/core';
import type { ContentHasher, Core, RunningHash } from '@polynas/core';
import type { Caller, ObjectBody, ObjectChecksums } from '@polynas/core/service';
import { openMemoryVolume } from '@polynas/backend-memory';
import fc from 'fast-check';
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { PasswordHasher } from '../state/passwords.ts';
import { systemClock } from '@polynas/core/wire';
import { systemRandom } from '../system-random.ts';
import { hashThreads, HashPool } from './hash-pool.ts';

const large = 8 * 1_048_576;
const faults: unknown[] = [];
const pools: HashPool[] = [];

function makePool(threads = 2): HashPool {
  const pool = new HashPool({ threads, report: (error) => faults.push(error) });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  faults.length = 0;
});

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** In the segments that `cuts` make, some of them in the hasher's memory. */
async function hashed(hasher: ContentHasher, bytes: Uint8Array, cuts: readonly number[]): Promise<string> {
  const hash = hasher.start('md5', large);
  let at = 0;
  for (const [index, cut] of [...cuts, bytes.length].entries()) {
    const segment = bytes.subarray(at, Math.min(at + cut, bytes.length));
    if (index % 2 === 0) await hash.update(segment);
    else {
      const memory = hasher.takeMemory(segment.length);
      memory.set(segment);
      await hash.update(memory);
      memory.fill(0x58);
      hasher.giveBackMemory(memory);
    }
    at += segment.length;
  }
  return hex(await hash.digest());
}

/** Ends a thread from outside. */
async function crash(pool: HashPool): Promise<void> {
  await Promise.all(pool.threads.map((thread) => thread.end()));
}

describe('HashPool', () => {
  it('hashes as node:crypto does, however the bytes are cut', async () => {
    const pool = makePool();
    const segments = fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2_500_000 }), segments, async (length, cuts) => {
        const bytes = randomBytes(length);
        const expected = md5(bytes);
        expect(await hashed(pool, bytes, cuts)).toBe(expected);
        expect(await hashed(inlineHasher, bytes, cuts)).toBe(expected);
      }),
      { numRuns: 30 },
    );
    expect(pool.threads).toHaveLength(1);
  });

  it('keeps many contents apart, on no more threads than it may have', async () => {
    const pool = makePool(2);
    const contents = Array.from({ length: 12 }, () => randomBytes(700_000));
    const digests = await Promise.all(contents.map((bytes) => hashed(pool, bytes, [100_000, 1, 250_000, 7])));
    expect(digests).toEqual(contents.map(md5));
    expect(pool.threads).toHaveLength(2);
  });

  it('starts no thread for little contents', async () => {
    const pool = makePool();
    const hash = pool.start('md5', 131_072);
    await hash.update(Buffer.alloc(65_536, 1));
    await hash.update(Buffer.alloc(65_536, 1));
    expect(hex(await hash.digest())).toBe(md5(Buffer.alloc(131_072, 1)));
    expect(pool.threads).toHaveLength(0);
  });

  it('takes one update at a time, which bounds the bytes in flight', async () => {
    const hash = makePool().start('md5', large);
    const first = hash.update(makePool().takeMemory(1_048_576));
    await expect(hash.update(new Uint8Array(1))).rejects.toThrow('before it has answered');
    await first;
    await hash.digest();
  });

  it('shares a bounded memory, used again and again', async () => {
    const pool = makePool();
    const taken = Array.from({ length: 40 }, () => pool.takeMemory(300_000));
    expect(taken.map(({ length }) => length)).toEqual(taken.map(() => 300_000));
    const shared = new Set(taken.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof SharedArrayBuffer));
    expect(shared.size).toBe(32);
    // Without a piece of it the bytes are copied.
    const bytes = randomBytes(600_000);
    expect(await hashed(pool, bytes, [100, 300_000])).toBe(md5(bytes));
    for (const memory of taken) pool.giveBackMemory(memory);
    const again = Array.from({ length: 40 }, () => pool.takeMemory(1_048_576).buffer);
    expect(new Set(again.filter((buffer) => buffer instanceof SharedArrayBuffer))).toEqual(shared);
    expect(pool.takeMemory(100).buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('forgets an abandoned hash, and settles what is under way', async () => {
    const pool = makePool(1);
    const hash = pool.start('md5', large);
    const update = hash.update(Buffer.alloc(1_048_576));
    hash.abandon();
    hash.abandon();
    await update;
    expect(pool.threads.map(({ hashes }) => hashes)).toEqual([0]);
    expect(await hashed(pool, Buffer.from('next'), [])).toBe(md5(Buffer.from('next')));
  });

  it('rejects the hashes of a thread that ended, and goes on with a new one', async () => {
    const pool = makePool(1);
    const between: RunningHash = pool.start('md5', large);
    await between.update(Buffer.alloc(1000));
    const underWay = pool.start('md5', large);
    const update = underWay.update(Buffer.alloc(large));
    const [settled] = await Promise.all([Promise.allSettled([update]), crash(pool)]);
    expect(settled[0]).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    await expect(between.update(new Uint8Array(1))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(underWay.digest()).rejects.toMatchObject({ code: 'unavailable' });
    expect(faults).toHaveLength(1);
    expect(pool.threads).toHaveLength(0);
    expect(await hashed(pool, Buffer.from('next'), [2])).toBe(md5(Buffer.from('next')));
    expect(pool.threads).toHaveLength(1);
  });

  it('hashes on the event loop where threads end before they answer', async () => {
    const pool = makePool(1);
    const lost = pool.start('md5', large);
    const update = lost.update(Buffer.alloc(large));
    await Promise.all([expect(update).rejects.toMatchObject({ code: 'unavailable' }), crash(pool)]);
    expect(faults).toHaveLength(1);
    expect(await hashed(pool, Buffer.from('next'), [2])).toBe(md5(Buffer.from('next')));
    expect(pool.threads).toHaveLength(0);
  });

  it('closes with hashes that run: they reject, and no fault is told', async () => {
    const pool = makePool(2);
    const hash = pool.start('md5', large);
    const update = hash.update(Buffer.alloc(large));
    await Promise.all([expect(update).rejects.toMatchObject({ code: 'unavailable' }), pool.close()]);
    expect(faults).toEqual([]);
    expect(pool.threads).toEqual([]);
    expect(await hashed(pool, Buffer.from('late'), [])).toBe(md5(Buffer.from('late')));
    expect(pool.threads).toEqual([]);
  });

  it('leaves a core to the event loop', () => {
    expect([1, 2, 3, 64].map(hashThreads)).toEqual([1, 1, 2, 2]);
  });
});

describe('core with a HashPool', () => {
  async function makeCore(contentHasher: ContentHasher): Promise<{ core: Core; share: number; caller: Caller }> {
    const core = await createCore({
      volumes: new Map([['v', openMemoryVolume()]]),
      registry: memoryRegistryStore(),
      clock: systemClock,
      random: systemRandom,
      hasher: new PasswordHasher(systemRandom),
      secretBox: { seal: (plain) => plain, open: (sealed) => sealed },
      contentHasher,
      report: (error) => faults.push(error),
    });
    const { user } = await core.accounts.createUser({ tenant: 'default', name: 'anna' });
    const caller: Caller = {
      principal: core.accounts.principalOf(user),
      door: 's3',
      client: '127.0.0.1',
      patience: 'wait',
      stateless: false,
      readOnly: false,
    };
    const { id } = await core.shares.create(caller, { tenant: 'default', name: 'data', owner: user.id });
    return { core, share: id, caller };
  }

  /** Each piece is overwritten when the next one is asked for. */
  function bodyOf(bytes: Uint8Array, before: (at: number) => void | Promise<void> = () => undefined): ObjectBody {
    let at = 0;
    let given: Uint8Array | undefined;
    return {
      length: bytes.length,
      async read() {
        await before(at);
        given?.fill(0x58);
        if (at >= bytes.length) return undefined;
        given = Uint8Array.from(bytes.subarray(at, at + 65_536));
        at += given.length;
        return given;
      },
    };
  }

  it('puts, copies parts, and leaves no trace of a PUT whose thread ends', async () => {
    const pool = makePool(1);
    const { core, share, caller } = await makeCore(pool);
    const plain = { headers: {}, user: {} };
    for (const length of [0, 1, 65_537, 131_073, 3_333_333]) {
      const bytes = randomBytes(length);
      const info = await core.objects.put(caller, share, `k${length}`, bodyOf(bytes), plain);
      expect(info.etag).toBe(md5(bytes));
      const reader = await core.objects.get(caller, share, `k${length}`);
      const read = [];
      for (let at = 0; at < length; at += 1_048_576) read.push(Uint8Array.from(await reader.read(at, 1_048_576)));
      await reader.close();
      expect(md5(Buffer.concat(read))).toBe(md5(bytes));
    }
    expect(pool.threads).toHaveLength(1);
    const bytes = randomBytes(6_000_000);
    const lost = core.objects.put(
      caller,
      share,
      'lost',
      bodyOf(bytes, async (at) => {
        if (at > 4_000_000 && pool.threads.length > 0) await crash(pool);
      }),
      plain,
    );
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    await expect(core.objects.head(caller, share, 'lost')).rejects.toMatchObject({ code: 'noSuchKey' });
    const again = await core.objects.put(caller, share, 'lost', bodyOf(bytes), plain);
    expect(again.etag).toBe(md5(bytes));
    // A part by reference is read for its MD5; one that is checked is copied through memory.
    const upload = await core.objects.createUpload(caller, share, 'parts', plain);
    const from = { share, key: 'lost', range: { start: 10, end: 5_500_000 } };
    const digest = { update: () => undefined, finish: (): ObjectChecksums => ({ type: 'FULL_OBJECT', values: {} }) };
    for (const given of [undefined, digest]) {
      const part = await core.objects.copyPart(caller, share, 'parts', upload.id, 1, from, given);
      expect(part.etag).toBe(md5(bytes.subarray(10, 5_500_000)));
    }
    // Aborted by its client: no trace, and the thread goes on.
    const stop = (at: number): void => {
      if (at > 4_000_000) throw new Error('gone');
    };
    await expect(core.objects.put(caller, share, 'gone', bodyOf(bytes, stop), plain)).rejects.toThrow('gone');
    expect(pool.threads.map(({ hashes }) => hashes)).toEqual([0]);
    await core.close();
  });
});
