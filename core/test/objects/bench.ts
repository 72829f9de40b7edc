/**
 * What the object service itself costs, over a volume in memory: put, get, head, delete of 4 KiB, and pages of large directories.
 *
 *   npm run build && node_modules/.bin/node --conditions=source core/test/objects/bench.ts
 */
import { text } from '../world.ts';
import { bodyOf, makeObjectWorld, plain, s3 } from './object-world.ts';

const world = await makeObjectWorld();
const { objects, volume, top } = world;

async function time(
  label: string,
  count: number,
  width: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  const before = process.cpuUsage();
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let index = next++; index < count; index = next++) await work(index);
    }),
  );
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  const line = `${label.padEnd(34)} ${((wall / count) * 1000).toFixed(0).padStart(8)} µs  ${((user + system) / count).toFixed(0).padStart(8)} µs of CPU\n`;
  process.stdout.write(line);
}

const content = Buffer.alloc(4096, 'x');
const put = (key: string) => objects.put(s3, 1, key, bodyOf(content, 65_536), plain);
const list = (prefix: string, delimiter: string, after: string) =>
  objects.list(s3, 1, { prefix, delimiter, after, limit: 1000 });

await time('put 4 KiB, new', 10_000, 8, (index) => put(`a/${index}`));
await time('put 4 KiB, over another', 10_000, 8, (index) => put(`a/${index % 1000}`));
await time('head', 20_000, 8, (index) => objects.head(s3, 1, `a/${index % 10_000}`));
await time('get 4 KiB', 20_000, 8, async (index) => {
  const reader = await objects.get(s3, 1, `a/${index % 10_000}`);
  await reader.read(0, 4096);
  await reader.close();
});
await time('delete', 10_000, 8, (index) => objects.delete(s3, 1, `a/${index}`));

const many = await volume.mkdir({}, top.id, text('many'), { uid: 0, gid: 0, mode: 0o755 });
for (let index = 0; index < 100_000; index += 1) {
  const name = text(`k${String(index).padStart(6, '0')}`);
  await volume.create({}, many.attributes.id, name, { kind: 'guarded' }, { uid: 0, gid: 0, mode: 0o644 });
}
const marker = (index: number): string => `many/k${String((index * 1900) % 98_000).padStart(6, '0')}`;
await time('list 1000 of 100,000 keys', 50, 1, (index) => list('many/', '', marker(index)));
await time('the same by prefixes', 50, 1, (index) => list('many/', '/', marker(index)));
for (let index = 0; index < 1000; index += 1) await put(`below/${index}/x`);
await time('list 1000 common prefixes', 20, 1, () => list('below/', '/', ''));
