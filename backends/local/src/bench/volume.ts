import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLocalVolume } from '../index.ts';
import type { LocalVolume } from '../index.ts';

/**
 * What the volume alone can do, without any protocol: `node --conditions=source src/bench/volume.ts [directory]`. The directory decides which disk is
 * measured. "Durable" means synced when answered.
 */

const call = {};
const newFile = { uid: 0, gid: 0, mode: 0o644 };
const place = process.argv[2] ?? '/tmp';
const directory = mkdtempSync(join(place, 'polynas-bench-'));

async function measure(name: string, count: number, unit: string, work: () => Promise<void> | void): Promise<void> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const rate = (count / milliseconds) * 1000;
  const each = (user + system) / count;
  const figure = rate >= 100 ? Math.round(rate).toLocaleString('en') : rate.toFixed(1);
  process.stdout.write(`${name.padEnd(52)} ${figure.padStart(12)} ${unit}/s   ${each.toFixed(1)} µs CPU each\n`);
}

async function inFlight(lanes: number, count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

async function small(volume: LocalVolume, size: number, lanes: number, count: number): Promise<void> {
  const bytes = Buffer.alloc(size, 7);
  await measure(`create + write ${size} B durable, ${lanes} in flight`, count, 'files', () =>
    inFlight(lanes, count, async (index) => {
      const name = Buffer.from(`s${size}-${lanes}-${index}`);
      const { attributes } = await volume.create(call, volume.root, name, { kind: 'guarded' }, newFile);
      const handle = await volume.open(call, attributes.id, 'write');
      await handle.write(call, 0, [bytes], 'file');
      await handle.close();
    }),
  );
}

async function tree(volume: LocalVolume): Promise<void> {
  for (const lanes of [1, 8, 64]) {
    const count = lanes === 1 ? 1000 : 8000;
    await measure(`create durable, ${lanes} in flight`, count, 'files', () =>
      inFlight(lanes, count, (index) =>
        volume.create(call, volume.root, Buffer.from(`c${lanes}-${index}`), { kind: 'guarded' }, newFile),
      ),
    );
  }
  const made = await volume.lookup(call, volume.root, Buffer.from('c1-1'));
  const id = made?.id ?? 0n;
  await measure('getattrNow', 1_000_000, 'calls', () => {
    for (let index = 0; index < 1_000_000; index += 1) volume.getattrNow(id);
  });
  await measure('getattr', 300_000, 'calls', async () => {
    for (let index = 0; index < 300_000; index += 1) await volume.getattr(call, id);
  });
  const names = Array.from({ length: 1000 }, (_, index) => Buffer.from(`c1-${index}`));
  await measure('lookupNow', 500_000, 'calls', () => {
    for (let index = 0; index < 500_000; index += 1)
      volume.lookupNow(volume.root, names[index % 1000] ?? Buffer.from('c1-1'));
  });
  await measure('readdir with attributes, pages of 256', 17_000, 'entries', async () => {
    for (let cookie = 0n; ;) {
      const page = await volume.readdir(call, volume.root, cookie, { limit: 256, attributes: true });
      cookie = page.entries.at(-1)?.cookie ?? 0n;
      if (page.end) return;
    }
  });
}

async function large(volume: LocalVolume): Promise<void> {
  const mebibytes = 512;
  const chunk = Buffer.alloc(1_048_576, 3);
  const { attributes } = await volume.create(call, volume.root, Buffer.from('large'), { kind: 'guarded' }, newFile);
  const handle = await volume.open(call, attributes.id, 'write');
  await measure('sequential write 1 MiB unstable + sync, 4 in flight', mebibytes, 'MiB', async () => {
    await inFlight(4, mebibytes, (index) => handle.write(call, index * chunk.length, [chunk], 'unstable'));
    await handle.sync(call);
  });
  const into = Buffer.alloc(1_048_576);
  await measure('sequential read 1 MiB cached', mebibytes, 'MiB', async () => {
    for (let index = 0; index < mebibytes; index += 1)
      await handle.read(call, index * chunk.length, chunk.length, into);
  });
  await measure('read 4 KiB cached through the pool', 50_000, 'reads', async () => {
    for (let index = 0; index < 50_000; index += 1) await handle.read(call, (index % 1000) * 4096, 4096, into);
  });
  await measure('readNow 4 KiB', 300_000, 'reads', () => {
    for (let index = 0; index < 300_000; index += 1) handle.readNow((index % 1000) * 4096, 4096);
  });
  await measure('readNow 64 KiB', 50_000, 'reads', () => {
    for (let index = 0; index < 50_000; index += 1) handle.readNow((index % 1000) * 65_536, 65_536);
  });
  await measure('write 4 KiB in place unstable', 20_000, 'writes', async () => {
    const bytes = chunk.subarray(0, 4096);
    for (let index = 0; index < 20_000; index += 1)
      await handle.write(call, (index % 1000) * 4096, [bytes], 'unstable');
  });
  await handle.close();
}

const volume = await openLocalVolume({ directory });
try {
  await tree(volume);
  await small(volume, 1000, 1, 500);
  for (const lanes of [1, 8, 64]) await small(volume, 4096, lanes, lanes === 1 ? 500 : 4000);
  for (const lanes of [1, 16]) await small(volume, 65_536, lanes, lanes === 1 ? 300 : 1500);
  await large(volume);
} finally {
  await volume.close();
  rmSync(directory, { recursive: true });
}
