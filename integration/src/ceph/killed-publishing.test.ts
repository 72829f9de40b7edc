import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DirectoryEntry, FileId, Volume } from '@polynas/core/spi';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const said = 'trusted.polynas.object';

describe.skipIf(whyNoCeph() !== undefined)('a head that is killed while it publishes', () => {
  /** Numbers that were answered before the kill. `meanwhile`: while it publishes; then it is killed when more has been answered. */
  async function killed(args: readonly string[], after: number, meanwhile?: () => Promise<void>): Promise<number[]> {
    const program = fileURLToPath(new URL('publishing-head.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=source', program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let answered = '';
    child.stdout.on('data', (bytes: Buffer) => (answered += bytes.toString()));
    await once(child.stdout, 'data');
    if (meanwhile !== undefined) {
      await meanwhile();
      await once(child.stdout, 'data');
    }
    await sleep(after);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    return answered.slice(0, answered.lastIndexOf('\n')).split('\n').map(Number);
  }

  async function listed(volume: Volume, directory: FileId): Promise<readonly DirectoryEntry[]> {
    const options = { limit: 4096, attributes: true, xattrs: [said] };
    return (await volume.readdir(call, directory, 0n, options)).entries;
  }

  /**
   * `recounted`: an MDS that was restarted, and whose client was lost before it could tell it of the write again, finds the write itself: it may count it beside ours, and give it the time of the creation.
   * Then count and time are not those of the description: the object is whole, and its etag is made anew.
   */
  async function expectWhole(
    volume: Volume,
    { name, id, attributes, xattrs }: DirectoryEntry,
    recounted: boolean,
  ): Promise<number> {
    const number = Number(Buffer.from(name).toString());
    const { change, size, modified } = attributes!;
    expect(attributes).toMatchObject({ uid: 5, gid: 6, mode: 0o640, nlink: 1, size: 1 + ((number * 7919) % 9000) });
    const { seconds, nanoseconds } = modified;
    const [count, ...rest] = JSON.parse(Buffer.from(xattrs?.get(said) ?? []).toString()) as [string, ...number[]];
    if (recounted) expect(rest[0], `of ${number}`).toBe(size);
    else expect([count, ...rest], `of ${number}`).toEqual([String(change), size, seconds, nanoseconds]);
    const handle = await volume.open(call, id, 'read');
    const { bytes } = await handle.read(call, 0, 10_000);
    await handle.close();
    expect(Buffer.compare(bytes, new Uint8Array(size).fill(number)), `content of ${number}`).toBe(0);
    return number;
  }

  const cases = [
    { what: 'has published what it answered, and of the rest all or nothing', rounds: 4, mds: false },
    { what: 'has done so too right after the MDS was killed and started again', rounds: 1, mds: true },
  ];
  test.each(cases)('$what', { timeout: 240_000 }, async ({ rounds, mds }) => {
    const cluster = await TestCluster.shared();
    const restart = async (): Promise<void> => {
      await sleep(200);
      await cluster.kill('mds.a');
      await cluster.again('mds.a');
    };
    const [conf, root, clientUuid] = [
      cluster.configuration,
      `/killed/${randomUUID()}`,
      randomBytes(16).toString('hex'),
    ];
    let unfinished = 0;
    for (let round = 0; round < rounds; round += 1) {
      const args = [conf, cluster.fileSystem, root, clientUuid, String(round)];
      const answered = await (mds ? killed(args, 5, restart) : killed(args, 300 + 7 * round));
      const volume = await openVolume(cluster, { root, writers: 'head', clientUuid });
      const there = new Set<number>();
      for (let index = 0; index < 3; index += 1) {
        const name = text(`${round}-${index}`);
        const directory = (await volume.lookup(call, volume.root, name))!;
        const children = async (): Promise<number> =>
          Number(
            await volume
              .readdir(call, directory.id, 0n, { limit: 4096, attributes: false })
              .then((page) => page.entries.length),
          );
        // By name first in one of them, by listing in the others: both clear away what is left.
        const numbers = answered.filter((number) => number % 3 === index);
        if (index === 1)
          for (const number of [...numbers, ...numbers.map((one) => one + 48)])
            await volume.lookup(call, directory.id, text(`${number}`));
        const entries = await listed(volume, directory.id);
        for (const entry of entries) there.add(await expectWhole(volume, entry, mds));
        expect(await children()).toBe(entries.length);
        for (const { name: child } of entries) await volume.unlink(call, directory.id, child);
        await volume.rmdir(call, volume.root, name);
      }
      expect(answered.filter((number) => !there.has(number))).toEqual([]);
      unfinished += there.size - answered.length;
      await volume.close();
    }
    process.stderr.write(`    published and not answered: ${unfinished}\n`);
  });
});
