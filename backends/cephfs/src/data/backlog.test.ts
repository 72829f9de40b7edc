import { describe, expect, onTestFinished, test } from 'vitest';
import type { FakeVolume } from '../testing/fake-volume.ts';
import { fakeVolume } from '../testing/fake-volume.ts';

const call = {};
const owner = { uid: 0, gid: 0, mode: 0o644 };
const mostBehind = 4;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

async function opened(): Promise<FakeVolume & { readonly calls: string[] }> {
  const fake = await fakeVolume('head', { mostBehind });
  onTestFinished(() => fake.volume.close());
  const calls: string[] = [];
  fake.current().before = (name) => void calls.push(name);
  return { ...fake, calls };
}

/** Writes to a file, without a sync, and closes it. */
async function written({ volume }: FakeVolume, name: string): Promise<bigint> {
  const { attributes } = await volume.create(call, volume.root, text(name), { kind: 'guarded' }, owner);
  const handle = await volume.open(call, attributes.id, 'write');
  await handle.write(call, 0, [text(name)], 'unstable');
  await handle.close();
  return attributes.id;
}

async function many(fake: FakeVolume, count: number): Promise<bigint[]> {
  const ids = [];
  for (let index = 0; index < count; index += 1) ids.push(await written(fake, `f${index}`));
  return ids;
}

const contentOf = ({ cluster }: FakeVolume, id: bigint): string =>
  Buffer.from(cluster.inodes.get(id)?.data ?? []).toString();

describe('files with writes that nobody has synced', () => {
  test('aboveTheBound_areMadeStableAndCounted_notForgotten', async () => {
    const fake = await opened();
    const { volume, cluster } = fake;
    const ids = await many(fake, 3 * mostBehind);
    await later();
    fake.current().evict();
    const first = ids[0]!;
    expect(contentOf(fake, first)).toBe('f0');
    const { change } = await volume.getattr(call, first);
    expect(change).toBe(cluster.inodes.get(first)!.version);
    // Who publishes what was written last is told that it is lost.
    const last = ids.at(-1)!;
    const target = text('object');
    const publishing = volume.replace(call, volume.root, text(`f${ids.length - 1}`), volume.root, target);
    if (contentOf(fake, last) === '') await expect(publishing).rejects.toMatchObject({ code: 'io' });
    else await publishing;
    const name = text('f0');
    expect((await volume.replace(call, volume.root, name, volume.root, text('other'))).attributes.size).toBe(2);
  });

  test('whileTheClusterTakesLong_writersWait_withTwiceAsMany', async () => {
    const fake = await opened();
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    fake.current().before = (name) => (name === 'syncAll' ? held : undefined);
    await many(fake, 2 * mostBehind);
    let done = false;
    const waiting = written(fake, 'one more').then(() => (done = true));
    await later();
    expect(done).toBe(false);
    release?.();
    await waiting;
  });

  test('thatWereLostMeanwhile_areToldSo', async () => {
    const fake = await opened();
    const { volume } = fake;
    const mount = fake.current();
    mount.before = (name) => {
      if (name === 'syncAll') mount.evict();
    };
    await many(fake, mostBehind + 1);
    await later();
    const replacing = volume.replace(call, volume.root, text('f0'), volume.root, text('object'));
    await expect(replacing).rejects.toMatchObject({ code: 'io' });
  });

  test('thatWereThrownAway_areToldSo', async () => {
    const fake = await opened();
    const { volume } = fake;
    const mount = fake.current();
    // `ceph_sync_fs` says that all is well.
    mount.before = (name) => {
      if (name === 'syncAll') mount.fill(true);
    };
    const epoch = volume.epoch();
    await many(fake, mostBehind + 1);
    await later();
    expect(volume.epoch()).not.toBe(epoch);
    mount.fill(false);
    const replacing = volume.replace(call, volume.root, text('f0'), volume.root, text('object'));
    await expect(replacing).rejects.toMatchObject({ code: 'io' });
  });

  test('thatAreGone_countForNothing', async () => {
    const fake = await opened();
    for (let index = 0; index < 3 * mostBehind; index += 1) {
      await written(fake, 'passing');
      await fake.volume.unlink(call, fake.volume.root, text('passing'));
    }
    expect(fake.calls).not.toContain('syncAll');
  });
});
