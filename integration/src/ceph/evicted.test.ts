import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attributes, FileHandle, Volume, VolumeStatus, WriteResult } from '@polynas/core/spi';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const owner = { uid: 0, gid: 0 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const pieceBytes = 2_000_000;

describe.skipIf(whyNoCeph() !== undefined).each(['head', 'shared'] as const)(
  'a head that the cluster throws out, writers: %s',
  (writers) => {
    let cluster: TestCluster;
    let volume: Volume;
    const root = `/evicted/${randomUUID()}`;
    const reported: unknown[] = [];

    beforeAll(async () => {
      cluster = await TestCluster.shared();
      volume = await openVolume(cluster, { root, writers, report: (error) => reported.push(error) });
    });

    afterAll(async () => {
      await volume.close();
    });

    async function evict(): Promise<void> {
      const sessions = await cluster.sessions();
      await cluster.evict(sessions.filter((session) => session.client_metadata.root === root));
    }

    async function file(content: string): Promise<FileHandle> {
      const name = text(randomUUID());
      const made = await volume.create(call, volume.root, name, { kind: 'guarded' }, { ...owner, mode: 0o644 });
      const handle = await volume.open(call, made.attributes.id, 'write');
      onTestFinished(() => handle.close());
      await handle.write(call, 0, [text(content)], 'file');
      return handle;
    }

    const contentOf = async (handle: FileHandle): Promise<string> =>
      Buffer.from((await handle.read(call, 0, 1000)).bytes).toString();

    test('what was written unstably is answered under another epoch, with what is left of it', async () => {
      const handle = await file('stable');
      const statuses: VolumeStatus[] = [];
      const watching = volume.status().subscribe((status) => statuses.push(status));
      onTestFinished(() => watching.unsubscribe());
      const { epoch } = await handle.write(call, 0, [text('UNSTABLE')], 'unstable');
      await evict();
      const synced = await handle.sync(call);
      expect(synced.epoch).not.toBe(epoch);
      expect(synced.epoch).toBe(volume.epoch());
      expect(synced.after.size).toBe(6);
      expect(await contentOf(handle)).toBe('stable');
      expect(statuses.at(-1)?.epoch).toBe(volume.epoch());
      // From here on all is as it was.
      await handle.write(call, 0, [text('again!')], 'unstable');
      expect((await handle.sync(call)).epoch).toBe(volume.epoch());
      expect(await contentOf(handle)).toBe('again!');
    });

    test('stable writes are not answered before they are stable on the next mount', async () => {
      const handle = await file('');
      await evict();
      await handle.write(call, 0, [text('content')], 'file');
      await evict();
      expect(await contentOf(handle)).toBe('content');
    });

    test('of writes that are under way, each is there that is said to be stable', async () => {
      const handle = await file('');
      const pieces = Array.from({ length: 24 }, (_, index) => new Uint8Array(pieceBytes).fill(index + 1));
      const writes = pieces.map((piece, index) =>
        handle.write(call, index * pieceBytes, [piece], index % 2 === 0 ? 'file' : 'unstable'),
      );
      await evict();
      const results = await Promise.allSettled(writes);
      const { epoch } = await handle.sync(call);
      await evict();
      for (const [index, result] of results.entries()) {
        if (result.status === 'rejected' || !isStable(result.value, epoch)) continue;
        const { bytes } = await handle.read(call, index * pieceBytes, pieceBytes);
        expect(Buffer.compare(bytes, pieces[index] as Uint8Array), `piece ${index}`).toBe(0);
      }
      expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    });

    test('who has written nothing notices nothing', async () => {
      const handle = await file('content');
      const { id } = await handle.sync(call).then(({ after }) => after);
      await volume.setxattr(call, id, 'user.x', text('value'), 'either');
      await evict();
      const answers = await Promise.all([
        contentOf(handle),
        volume.getattr(call, id).then(({ size }) => size),
        volume.getxattr(call, id, 'user.x').then((value) => Buffer.from(value ?? []).toString()),
        volume.lookup(call, volume.root, text('nothing')),
        volume.readdir(call, volume.root, 0n, { limit: 1, attributes: true }).then(({ entries }) => entries.length),
      ]);
      expect(answers).toEqual(['content', 7, 'value', undefined, 1]);
    });

    test('changes of names that are under way are done once, and answered so', async () => {
      const root = (await volume.mkdir(call, volume.root, text(randomUUID()), { ...owner, mode: 0o755 })).attributes.id;
      let over = false;
      const problems: string[] = [];
      const counts = { done: 0, unknown: 0 };
      /** What may be answered by the contract, and nothing else: nobody but one worker uses its names. */
      const tried = async (what: string, change: () => Promise<unknown>): Promise<boolean> => {
        try {
          await change();
          counts.done += 1;
          return true;
        } catch (error) {
          const { code } = error as { code?: string };
          if (code === 'io' || code === 'tryLater') counts.unknown += 1;
          else problems.push(`${what}: ${String(error)} (${code})`);
          return false;
        }
      };
      const has = async (name: string): Promise<boolean> => (await volume.lookup(call, root, text(name))) !== undefined;
      const worker = async (index: number): Promise<void> => {
        for (let turn = 0; !over; turn += 1) {
          const [name, other] = [`${index}-${turn}`, `${index}-${turn}-moved`];
          const file = { ...owner, mode: 0o644 };
          const makers = [
            () => volume.create(call, root, text(name), { kind: 'guarded' }, file),
            () => volume.mkdir(call, root, text(name), { ...owner, mode: 0o755 }),
            () => {
              const aside = { directory: volume.root, name: text(`aside-${name}`) };
              return volume.publish!(call, root, text(name), file, [text('bytes')], { aside });
            },
            () => {
              const aside = { directory: volume.root, name: text(`aside-${name}`) };
              const described = { xattr: 'user.said', value: ({ change }: Attributes) => text(String(change)) };
              return volume.publish!(call, root, text(name), file, [text('bytes')], { aside, described });
            },
          ];
          if (!(await tried(`make ${name}`, makers[index % makers.length]!))) continue;
          if (!(await tried(`rename ${name}`, () => volume.rename(call, root, text(name), root, text(other)))))
            continue;
          if ((await has(name)) || !(await has(other))) problems.push(`${name} was not renamed`);
          const gone = index % makers.length === 1 ? 'rmdir' : 'unlink';
          if (!(await tried(`${gone} ${other}`, () => volume[gone](call, root, text(other))))) continue;
          if (await has(other)) problems.push(`${other} was not removed`);
        }
      };
      const workers = Array.from({ length: 12 }, (_, index) => worker(index));
      for (let evictions = 0; evictions < 4; evictions += 1) {
        await sleep(700);
        await evict();
      }
      await sleep(700);
      over = true;
      await Promise.all(workers);
      process.stderr.write(`    ${writers}: ${JSON.stringify(counts)}\n`);
      expect(problems).toEqual([]);
      expect(counts.done).toBeGreaterThan(100);
      // With others about, what is gone or a directory may be theirs.
      if (writers === 'head') expect(counts.unknown).toBe(0);
    });

    test('nothing is published of what was lost', async () => {
      const before = await file('before');
      const [directory, name, temporary] = [volume.root, text(randomUUID()), text(randomUUID())];
      await volume.link(call, before.id, directory, name);
      const made = await volume.create(call, directory, temporary, { kind: 'guarded' }, { ...owner, mode: 0o644 });
      const handle = await volume.open(call, made.attributes.id, 'write');
      const { epoch: writtenIn } = await handle.write(call, 0, [text('after')], 'unstable');
      await handle.close();
      await evict();
      await expect(volume.replace(call, directory, temporary, directory, name, { writtenIn })).rejects.toMatchObject({
        code: expect.stringMatching(/^(unavailable|io)$/) as string,
      });
      expect((await volume.lookup(call, directory, name))?.id).toBe(before.id);
      expect(await contentOf(before)).toBe('before');
    });

    test('no two contents of a file have one count and one time, whatever of it was counted', async () => {
      const handle = await file('first');
      const stamp = async (): Promise<string> => {
        const { size, modified, change } = await volume.getattr(call, handle.id);
        return [size, modified.seconds, modified.nanoseconds, change].join();
      };
      const seen = new Map<string, string>();
      const see = async (): Promise<void> => {
        const [now, content] = [await stamp(), await contentOf(handle)];
        expect(seen.get(now) ?? content, now).toBe(content);
        seen.set(now, content);
      };
      const future = { seconds: 4_000_000_000, nanoseconds: 1 };
      for (const [round, modified] of [undefined, future, undefined].entries()) {
        await volume.setattr(call, handle.id, modified === undefined ? { mode: 0o600 + round } : { modified });
        await see();
        for (const content of ['a', 'b']) {
          await handle.write(call, 0, [text(`${content}${round}`)], 'file');
          await evict();
          await see();
          expect(await contentOf(handle)).toContain(`${content}${round}`);
        }
      }
      const { size } = await handle.write(call, 9_000_000, [text('far')], 'file').then(({ after }) => after);
      await evict();
      expect((await volume.getattr(call, handle.id)).size).toBe(size);
    });

    test('leases are recalled', async ({ skip }) => {
      const { leases } = volume;
      if (leases === undefined) return skip('only where others write too');
      const handle = await file('');
      await handle.close();
      let recalls = 0;
      const lease = await leases.acquire(call, handle.id, 'write', () => (recalls += 1));
      expect(lease).toBeDefined();
      await evict();
      await expect.poll(() => recalls, { timeout: 20_000 }).toBe(1);
      await lease?.release();
      const next = await leases.acquire(call, handle.id, 'write', () => undefined);
      expect(next).toBeDefined();
      await next?.release();
    });

    test('locks are taken again, unless somebody else was faster', async ({ skip }) => {
      const { locks } = volume;
      if (locks === undefined) return skip('only where others write too');
      const [mine, taken] = [await file(''), await file('')];
      const range = { start: 0n, end: 9n };
      for (const handle of [mine, taken]) await locks.lock(call, handle.id, 1n, range, 'exclusive');
      const other = await openVolume(cluster, { root, writers });
      onTestFinished(() => other.close());
      expect(await other.locks?.lock(call, taken.id, 1n, range, 'exclusive')).toBe(false);
      const [session] = (await cluster.sessions())
        .filter(({ client_metadata: of }) => of.root === root)
        .toSorted((a, b) => a.id - b.id);
      await cluster.evict(session === undefined ? [] : [session]);
      await expect
        .poll(() => other.locks?.lock(call, taken.id, 1n, range, 'exclusive'), { timeout: 20_000 })
        .toBe(true);
      const more = { start: 20n, end: 29n };
      expect(await locks.lock(call, mine.id, 1n, more, 'exclusive')).toBe(true);
      expect(await other.locks?.lock(call, mine.id, 1n, range, 'exclusive')).toBe(false);
      await expect(locks.lock(call, taken.id, 1n, more, 'exclusive')).rejects.toMatchObject({ code: 'io' });
    });
  },
);

function isStable({ committed, epoch }: WriteResult, syncedIn: bigint): boolean {
  return committed !== 'unstable' || epoch === syncedIn;
}
