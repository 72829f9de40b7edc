import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startTime } from '../kernel/run-directory.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const unavailable = whyNoCeph();

describe.skipIf(unavailable !== undefined)('the Ceph fixture', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.shared();
    await cluster.healthy();
  });

  test('three copies of everything, two needed, one file system with an MDS', async () => {
    const pools = (await cluster.commands.json('osd', 'pool', 'ls', 'detail')) as {
      pool_name: string;
      size: number;
      min_size: number;
    }[];
    const ours = pools.filter(({ pool_name: name }) => name.startsWith('nas_'));
    expect(ours.map(({ size, min_size: min }) => [size, min])).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect(await cluster.commands.json('fs', 'ls')).toMatchObject([{ name: cluster.fileSystem }]);
  });

  test('a killed OSD is missed, and the cluster heals once it is back', async () => {
    await cluster.kill('osd.1');
    await expect.poll(async () => (await cluster.status()).osdmap.num_up_osds, { timeout: 30_000 }).toBe(2);
    expect((await cluster.status()).health.status).toBe('HEALTH_WARN');
    await cluster.again('osd.1');
    await cluster.healthy();
  });

  test('the MDS comes back', async () => {
    await cluster.kill('mds.a');
    await cluster.again('mds.a');
    await cluster.healthy();
  });

  test('what is asked of a daemon that is not there is refused', async () => {
    await expect(cluster.kill('osd.7')).rejects.toThrow(/no daemon osd\.7/);
  });
});

test.skipIf(unavailable !== undefined)('a keeper whose owner is gone ends its daemons and leaves nothing', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'polynas-keeper-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const directory = join(parent, 'cluster');
  mkdirSync(directory);
  const owner = spawn('sleep', ['60']);
  onTestFinished(() => void owner.kill());
  await once(owner, 'spawn');
  const program = fileURLToPath(new URL('keeper-process.ts', import.meta.url));
  const keeper = spawn(process.execPath, [program, directory, `${owner.pid}`, startTime(owner.pid ?? 0) ?? '']);
  await expect
    .poll(() => processesIn(directory), { timeout: 30_000 })
    .toContainEqual(expect.stringMatching(/ceph-osd/));
  owner.kill('SIGKILL');
  await once(keeper, 'exit');
  await expect.poll(() => processesIn(directory)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});

/** Command lines that name a folder. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return []; // ended meanwhile
      }
    })
    .filter((line) => line.includes(folder));
}
