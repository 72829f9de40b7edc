import { describe, expect, test } from 'vitest';
import type { Volume } from '@polynas/core/spi';
import { openMemoryVolume } from './index.ts';
import type { MemoryVolumeOptions } from './index.ts';

describe('memory volume', () => {
  const call = {};
  const name = (value: string) => new TextEncoder().encode(value);
  const file = { uid: 0, gid: 0, mode: 0o644 };

  async function create(volume: Volume, child: string): Promise<bigint> {
    return (await volume.create(call, volume.root, name(child), { kind: 'guarded' }, file)).attributes.id;
  }

  async function write(volume: Volume, id: bigint, offset: number, length: number): Promise<void> {
    const handle = await volume.open(call, id, 'write');
    try {
      await handle.write(call, offset, [new Uint8Array(length).fill(1)], 'file');
    } finally {
      await handle.close();
    }
  }

  async function freeBytes(volume: Volume): Promise<number> {
    return (await volume.statfs(call)).freeBytes;
  }

  test('write_beyondCapacity_isNoSpaceAndWritesNothing', async () => {
    const volume = openMemoryVolume({ capacity: 200_000 });
    const id = await create(volume, 'a');
    await write(volume, id, 0, 65_536);
    const before = await volume.getattr(call, id);
    await expect(write(volume, id, 65_536, 200_000)).rejects.toMatchObject({ code: 'noSpace' });
    expect(await volume.getattr(call, id)).toEqual(before);
    await write(volume, id, 0, 65_536);
  });

  test('space_ofRemovedTruncatedAndPunchedContent_isFreeAgain', async () => {
    const volume = openMemoryVolume({ capacity: 1_000_000 });
    const id = await create(volume, 'a');
    await write(volume, id, 0, 500_000);
    expect(await freeBytes(volume)).toBeLessThanOrEqual(500_000);
    await volume.setattr(call, id, { size: 0 });
    expect(await freeBytes(volume)).toBe(1_000_000);
    await write(volume, id, 0, 131_072);
    const handle = await volume.open(call, id, 'write');
    await handle.punch(call, 0, 131_072);
    expect(await freeBytes(volume)).toBe(1_000_000);
    await handle.write(call, 0, [new Uint8Array(65_536)], 'file');
    await volume.unlink(call, volume.root, name('a'));
    expect(await freeBytes(volume)).toBe(1_000_000 - 65_536);
    await handle.close();
    expect(await freeBytes(volume)).toBe(1_000_000);
  });

  test('clone_alignedPages_takeNoSpaceUntilWritten', async () => {
    const volume = openMemoryVolume({ capacity: 300_000 });
    const [a, b] = [await create(volume, 'a'), await create(volume, 'b')];
    await write(volume, a, 0, 196_608);
    await volume.clone?.ranges(call, [{ id: a, offset: 0, length: 196_608 }], b, 0);
    expect(await freeBytes(volume)).toBe(300_000 - 196_608);
    await write(volume, b, 0, 10);
    expect(await freeBytes(volume)).toBe(300_000 - 196_608 - 65_536);
    await expect(write(volume, b, 65_536, 65_536)).rejects.toMatchObject({ code: 'noSpace' });
    await volume.unlink(call, volume.root, name('b'));
    await volume.unlink(call, volume.root, name('a'));
    expect(await freeBytes(volume)).toBe(300_000);
  });

  test('clone_unalignedBeyondCapacity_isNoSpaceAndChangesNothing', async () => {
    const volume = openMemoryVolume({ capacity: 300_000 });
    const [a, b] = [await create(volume, 'a'), await create(volume, 'b')];
    await write(volume, a, 0, 196_608);
    const cloned = volume.clone?.ranges(call, [{ id: a, offset: 1, length: 196_607 }], b, 0);
    await expect(cloned).rejects.toMatchObject({ code: 'noSpace' });
    expect((await volume.getattr(call, b)).allocated).toBe(0);
  });

  test('sparseFile_ofOneTebibyte_takesNoMemory', async () => {
    const volume = openMemoryVolume();
    const [a, b] = [await create(volume, 'a'), await create(volume, 'b')];
    const size = 2 ** 40;
    await volume.setattr(call, a, { size });
    await write(volume, a, size - 1, 1);
    await volume.clone?.ranges(call, [{ id: a, offset: 0, length: size }], b, 0);
    expect(await volume.getattr(call, b)).toMatchObject({ size });
    expect((await volume.getattr(call, b)).allocated).toBeLessThanOrEqual(65_536);
    const handle = await volume.open(call, b, 'write');
    expect(await handle.seek(call, 'data', 0)).toBe(size - 65_536);
    await handle.punch(call, 0, size);
    expect(await handle.seek(call, 'data', 0)).toBeUndefined();
    await handle.close();
  });

  test('create_beyondMaxFiles_isNoSpaceAndChangesNothing', async () => {
    const volume = openMemoryVolume({ maxFiles: 2 });
    await create(volume, 'a');
    await expect(create(volume, 'b')).rejects.toMatchObject({ code: 'noSpace' });
    expect(await volume.lookup(call, volume.root, name('b'))).toBeUndefined();
    await volume.unlink(call, volume.root, name('a'));
    await create(volume, 'b');
  });

  test('clock_given_isTheOnlyTime', async () => {
    let seconds = 100;
    const volume = openMemoryVolume({ clock: () => ({ seconds, nanoseconds: 7 }) });
    const id = await create(volume, 'a');
    seconds = 200;
    await volume.setattr(call, id, { mode: 0o600, accessed: 'now' });
    const at = (time: number) => ({ seconds: time, nanoseconds: 7 });
    expect(await volume.getattr(call, id)).toMatchObject({
      born: at(100),
      modified: at(100),
      changed: at(200),
      accessed: at(200),
    });
  });

  test.each<[string, MemoryVolumeOptions, (volume: Volume) => unknown]>([
    ['now', { now: false }, (volume) => volume.lookupNow ?? volume.getattrNow],
    ['ordered', { traits: { orderedListing: false } }, (volume) => volume.listByName],
    ['clone', { groups: { clone: false } }, (volume) => volume.clone],
    ['records', { groups: { records: false } }, (volume) => volume.records],
  ])('option_%sFalse_leavesItOut', (_, options, part) => {
    expect(part(openMemoryVolume())).toBeDefined();
    expect(part(openMemoryVolume(options))).toBeUndefined();
  });

  test('ids_ofAVolumeThatIsMadeLater_areOthers', async () => {
    const before = openMemoryVolume();
    // The next millisecond is as far away as a restart can come.
    const after = openMemoryVolume({ epoch: before.epoch() + (1n << 20n) });
    const owner = { uid: 0, gid: 0, mode: 0o755 };
    const { attributes } = await before.mkdir({}, before.root, Buffer.from('share'), owner);
    await after.mkdir({}, after.root, Buffer.from('another'), owner);
    expect(before.root).not.toBe(after.root);
    await expect(after.getattr({}, attributes.id)).rejects.toMatchObject({ code: 'stale' });
  });

  test('epochs_ofVolumes_differ', () => {
    expect(openMemoryVolume().epoch()).not.toBe(openMemoryVolume().epoch());
    expect(openMemoryVolume({ epoch: 9n }).epoch()).toBe(9n);
  });

  test('directory_ofHundredThousandEntries_isQuickInEveryWay', async () => {
    const volume = openMemoryVolume();
    const start = performance.now();
    for (let index = 0; index < 100_000; index += 1) await create(volume, `entry-${index}`);
    for (let index = 0; index < 100_000; index += 7)
      expect(volume.lookupNow?.(volume.root, name(`entry-${index}`))).toBeDefined();
    for (let index = 0; index < 100_000; index += 50) {
      await volume.listByName?.(call, volume.root, name(`entry-${index}`), false, { limit: 10, attributes: false });
      await volume.unlink(call, volume.root, name(`entry-${index}`));
      await volume.readdir(call, volume.root, BigInt(index + 3), { limit: 10, attributes: false });
    }
    // Generous: a quadratic way would take minutes.
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
