import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freePort, HeadProcess } from './head-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'polynas-lost-volume-'));
const heads: HeadProcess[] = [];
afterEach(async () => {
  for (const head of heads) await head.end('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

function start(): HeadProcess {
  const head = new HeadProcess(directory);
  heads.push(head);
  return head;
}

it('a volume without the shares that it had is not served; nothing is lost when it comes back', async () => {
  const [nfs, s3] = [await freePort(), await freePort()];
  const volume = join(directory, 'disk', 'volume');
  writeFileSync(
    join(directory, 'polynas.yaml'),
    `data: data
doors: { nfs: { port: ${nfs} }, s3: { port: ${s3} }, smb: { enabled: false }, swift: { enabled: false } }
volumes:
  - { name: main, directory: ${volume} }
  - { name: scratch, backend: memory }
users: [{ name: ada }]
shares:
  - { name: kept, owner: ada }
  - { name: passing, owner: ada, volume: scratch }
`,
  );
  expect(await (await start().ready()).end()).toBe(0);

  renameSync(join(directory, 'disk'), join(directory, 'away'));
  const other = start();
  await expect(other.ready()).rejects.toThrow('volume main does not hold share kept of tenant default');
  expect(await other.end()).toBe(7);

  rmSync(join(directory, 'disk'), { recursive: true });
  renameSync(join(directory, 'away'), join(directory, 'disk'));
  const again = await start().ready();
  expect(again.log()).toContainEqual(expect.objectContaining({ level: 'warn', share: 'passing' }));
  expect(await again.end()).toBe(0);
  expect(existsSync(join(volume, 'tree.lmdb'))).toBe(true);
}, 60_000);
