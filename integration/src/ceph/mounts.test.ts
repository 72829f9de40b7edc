import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openCephVolume, type CephOptions } from '@polynas/backend-cephfs';
import type { Volume, VolumeStatus } from '@polynas/core/spi';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const call = {};
const file = { uid: 0, gid: 0, mode: 0o644 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const uuid = (): string => randomBytes(16).toString('hex');

describe.skipIf(whyNoCeph() !== undefined)('mounts of a Ceph cluster', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.shared();
    await cluster.healthy();
  });

  const described = (options: Partial<CephOptions> = {}): CephOptions => ({
    conf: cluster.configuration,
    client: 'admin',
    fileSystem: cluster.fileSystem,
    root: `/mounts/${randomUUID()}`,
    writers: 'head',
    clientUuid: uuid(),
    ...options,
  });

  async function opened(options: CephOptions): Promise<Volume> {
    const volume = await openCephVolume(options);
    onTestFinished(() => volume.close());
    return volume;
  }

  async function wholeFile(volume: Volume, name: string): Promise<string> {
    const found = await volume.lookup(call, volume.root, text(name));
    if (found === undefined) throw new Error(`no file ${name}`);
    const handle = await volume.open(call, found.id, 'read');
    const { bytes } = await handle.read(call, 0, 100);
    await handle.close();
    return Buffer.from(bytes).toString();
  }

  test('a second head is refused, and told who is there; those that share are not', async () => {
    const options = described();
    const first = await opened(options);
    await expect(openCephVolume(options)).rejects.toThrow(/open in this process already/);
    const others = [uuid(), uuid()].map((clientUuid) => ({ ...options, clientUuid }));
    const [second, third] = others as [CephOptions, CephOptions];
    await expect(openCephVolume(second)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    await expect(openCephVolume({ ...second, writers: 'shared' })).rejects.toMatchObject({ code: 'unavailable' });
    await first.close();
    await opened({ ...second, writers: 'shared' });
    const sharing = await opened({ ...third, writers: 'shared' });
    await expect(openCephVolume(described({ root: options.root }))).rejects.toThrow(/writers: shared/);
    expect((await sharing.getattr(call, sharing.root)).type).toBe('directory');
  });

  /** A process that has the volume open with this many mounts and unsynced data on each, until it is killed. Returns its pid. */
  async function killedHead(
    { conf = '', fileSystem = '', root, clientUuid }: CephOptions,
    mounts: number,
  ): Promise<number> {
    const program = fileURLToPath(new URL('dirty-head.ts', import.meta.url));
    const options = ['--conditions=source', program, conf, fileSystem, root, clientUuid, String(mounts)];
    const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    // One more stands beside the pool for names of hard links.
    expect(await cluster.sessionsOf(child.pid ?? 0)).toHaveLength(mounts + 1);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    return child.pid ?? 0;
  }

  test.each([
    { killed: 1, started: 1 },
    { killed: 3, started: 1 },
    { killed: 1, started: 3 },
  ])(
    'a head that was killed with unsynced data on $killed mounts comes back at once with $started, with all that was stable',
    async ({ killed, started }) => {
      const options = described();
      const pid = await killedHead(options, killed);
      const start = performance.now();
      const volume = await opened({ ...options, mounts: started });
      expect(await wholeFile(volume, 'dirty')).toMatch(/^stable/);
      const taken = await volume.create(call, volume.root, text('dirty'), { kind: 'unchecked' }, file);
      expect(taken.created).toBe(false);
      // No client of the killed process has a say in its directory or files any more.
      await volume.setattr(call, volume.root, { mode: 0o700 });
      for (let index = 0; index < killed; index += 1) {
        const held = await volume.lookup(call, volume.root, text(`held${index}`));
        await volume.setattr(call, held?.id ?? volume.root, { mode: 0o600 });
      }
      // Without the reclaim, the session would have to time out first: a minute.
      expect(performance.now() - start).toBeLessThan(30_000);
      expect(await cluster.sessionsOf(pid)).toEqual([]);
    },
  );

  test('a head that ends the sessions of its former life leaves those of others alone', async () => {
    const neighbour = await opened(described({ mounts: 2 }));
    const options = described({ writers: 'shared' });
    const sharing = await opened({ ...options, clientUuid: uuid(), mounts: 2 });
    const epochs = [neighbour, sharing].map((volume) => volume.epoch());
    const ids = async (): Promise<number[]> => (await cluster.sessionsOf(process.pid)).map(({ id }) => id);
    const before = await ids();
    const again = await openCephVolume(options);
    expect(await ids()).toEqual(expect.arrayContaining(before));
    await again.close();
    expect([neighbour, sharing].map((volume) => volume.epoch())).toEqual(epochs);
  });

  test('ids are good over another opening, and spread over several mounts', async () => {
    const options = described({ mounts: 3 });
    const volume = await openCephVolume(options);
    const ids = [];
    for (let index = 0; index < 9; index += 1) {
      const made = await volume.create(call, volume.root, text(`f${index}`), { kind: 'guarded' }, file);
      ids.push(made.attributes.id);
    }
    const sessions = await cluster.sessionsOf(process.pid);
    expect(sessions.filter(({ client_metadata: { root } }) => root === options.root)).toHaveLength(3);
    await volume.close();
    const again = await opened({ ...options, mounts: 1 });
    const found = await Promise.all(ids.map((id) => again.getattr(call, id)));
    expect(found.map(({ id }) => id)).toEqual(ids);
  });

  test('a client that may only use one directory, described by monitors and a key', async () => {
    const root = `/mounts/${randomUUID()}`;
    await (await openCephVolume(described({ root }))).close();
    const name = `nas-${randomUUID()}`;
    await cluster.commands.ceph('fs', 'authorize', cluster.fileSystem, `client.${name}`, root, 'rw');
    const key = (await cluster.commands.ceph('auth', 'get-key', `client.${name}`)).trim();
    const [, address = ''] = /mon_host = \[v2:([^,]+),/.exec(await readFile(cluster.configuration, 'utf8')) ?? [];
    const { conf: _, ...rest } = described({ root, client: name });
    const reached = { ...rest, monitors: [`v2:${address}`] };
    const volume = await opened({ ...reached, key });
    const made = await volume.create(call, volume.root, text('mine'), { kind: 'guarded' }, { ...file, uid: 1000 });
    await volume.close();
    const again = await opened({ ...reached, key });
    expect(await again.getattr(call, made.attributes.id)).toMatchObject({ uid: 1000, type: 'file' });
    expect((await again.statfs(call)).totalBytes).toBeGreaterThan(0);

    const refused = { ...reached, clientUuid: uuid(), mountTimeout: 3000 };
    const wrongKey = Buffer.from(key, 'base64');
    wrongKey[20] = (wrongKey[20] ?? 0) ^ 1;
    await expect(openCephVolume({ ...refused, key: wrongKey.toString('base64') })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`client.${name}`) as string,
    });
    await expect(openCephVolume({ ...refused, key, fileSystem: 'none' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no file system none') as string,
    });
    await expect(openCephVolume({ ...refused, key, monitors: ['v2:127.0.0.1:9'] })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no answer') as string,
    });
  });

  test('the status is healthy, with copies and capacity, and follows the loss of an OSD', async () => {
    const volume = await opened(described());
    const seen: VolumeStatus[] = [];
    const subscription = volume.status().subscribe((status) => seen.push(status));
    onTestFinished(() => subscription.unsubscribe());
    await expect.poll(() => seen.at(-1)?.capacity.totalBytes, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(seen.at(-1)).toMatchObject({ health: 'healthy', copies: { present: 3, wanted: 3 }, bytesToHeal: 0 });
    await cluster.kill('osd.2');
    await expect
      .poll(() => seen.at(-1), { timeout: 40_000 })
      .toMatchObject({
        health: 'degraded',
        reason: expect.stringContaining('1 of 3 OSDs down') as string,
        copies: { present: 2, wanted: 3 },
      });
    await cluster.again('osd.2');
    await cluster.healthy();
    await expect.poll(() => seen.at(-1)?.health, { timeout: 20_000 }).toBe('healthy');
  });
});
