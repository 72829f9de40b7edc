import { openMemoryVolume } from '@polynas/backend-memory';
import type { VolumeStatus } from '@polynas/core/spi';
import { describe, expect, test } from 'vitest';
import { faults } from './index.ts';

describe('faults', () => {
  const call = {};
  const name = (value: string) => new TextEncoder().encode(value);
  const file = { uid: 0, gid: 0, mode: 0o755 };

  test('reject_nthCall_onlyThatFailsAndDoesNothing', async () => {
    const { volume } = faults(openMemoryVolume(), { method: 'mkdir', nth: 2, what: { kind: 'reject', code: 'io' } });
    const made = ['a', 'b', 'c'].map((child) => volume.mkdir(call, volume.root, name(child), file));
    const outcomes = await Promise.allSettled(made);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(made[1]).rejects.toMatchObject({ name: 'StorageError', code: 'io' });
    expect(await volume.lookup(call, volume.root, name('b'))).toBeUndefined();
  });

  test('loseAnswer_call_isDoneAndRejected', async () => {
    const faulty = faults(openMemoryVolume());
    const { volume } = faulty;
    const remove = faulty.add({ method: 'mkdir', what: { kind: 'loseAnswer', code: 'timedOut' } });
    await expect(volume.mkdir(call, volume.root, name('a'), file)).rejects.toMatchObject({ code: 'timedOut' });
    expect(await volume.lookup(call, volume.root, name('a'))).toBeDefined();
    remove();
    await volume.mkdir(call, volume.root, name('b'), file);
  });

  test('delay_call_isDoneOnlyWhenReleased', async () => {
    const gate = Promise.withResolvers<void>();
    const inner = openMemoryVolume();
    const { volume } = faults(inner, { method: 'mkdir', nth: 1, what: { kind: 'delay', until: gate.promise } });
    const made = volume.mkdir(call, volume.root, name('a'), file);
    expect(await inner.lookup(call, inner.root, name('a'))).toBeUndefined();
    gate.resolve();
    expect((await made).created).toBe(true);
  });

  test('holdAnswer_call_isDoneAtOnceAndAnsweredWhenReleased', async () => {
    const gate = Promise.withResolvers<void>();
    const inner = openMemoryVolume();
    const { volume } = faults(inner, { method: 'mkdir', what: { kind: 'holdAnswer', until: gate.promise } });
    let answered = false;
    const made = volume.mkdir(call, volume.root, name('a'), file).then(() => (answered = true));
    expect(await inner.lookup(call, inner.root, name('a'))).toBeDefined();
    expect(answered).toBe(false);
    gate.resolve();
    expect(await made).toBe(true);
  });

  test('handleCall_fault_befallsEveryHandle', async () => {
    const faulty = faults(openMemoryVolume());
    const { volume } = faulty;
    const { attributes } = await volume.create(call, volume.root, name('a'), { kind: 'guarded' }, file);
    const handle = await volume.open(call, attributes.id, 'write');
    expect(handle.readNow(0, 1)).toBeDefined();
    faulty.add({ method: 'handle.write', nth: 1, what: { kind: 'reject', code: 'noSpace' } });
    await expect(handle.write(call, 0, [name('x')], 'file')).rejects.toMatchObject({ code: 'noSpace' });
    expect(handle.readNow(0, 1), 'falls back to read while there is a fault').toBeUndefined();
    expect((await handle.write(call, 0, [name('x')], 'file')).written).toBe(1);
    faulty.clear();
    expect(handle.readNow(0, 1)?.bytes).toEqual(name('x'));
    await handle.close();
  });

  test('anyMethod_fault_befallsTheNthCallOfAll', async () => {
    const { volume } = faults(openMemoryVolume(), { nth: 2, what: { kind: 'reject', code: 'io' } });
    await volume.statfs(call);
    await expect(volume.getattr(call, volume.root)).rejects.toMatchObject({ code: 'io' });
    await volume.getattr(call, volume.root);
  });

  test('fail_thenRestore_isUnavailableInBetween', async () => {
    const faulty = faults(openMemoryVolume({ epoch: 1n }));
    const { volume } = faulty;
    const seen: VolumeStatus[] = [];
    volume.status().subscribe((status) => seen.push(status));
    const { attributes } = await volume.create(call, volume.root, name('a'), { kind: 'guarded' }, file);
    const handle = await volume.open(call, attributes.id, 'write');
    faulty.fail('the disk is gone');
    await expect(volume.getattr(call, volume.root)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(handle.sync(call)).rejects.toMatchObject({ code: 'unavailable' });
    expect(() => volume.getattrNow?.(volume.root)).toThrow('the disk is gone');
    expect(() => handle.readNow(0, 1)).toThrow('the disk is gone');
    faulty.restore(2n);
    expect(volume.epoch()).toBe(2n);
    expect((await handle.write(call, 0, [name('x')], 'unstable')).epoch).toBe(2n);
    expect((await handle.sync(call)).epoch).toBe(2n);
    expect(seen.map(({ health, epoch }) => [health, epoch])).toEqual([
      ['healthy', 1n],
      ['unavailable', 1n],
      ['healthy', 2n],
    ]);
    await handle.close();
  });

  test('restore_withEpoch_publishesNothingWrittenBefore', async () => {
    const faulty = faults(openMemoryVolume({ epoch: 1n }));
    const { volume } = faulty;
    await volume.create(call, volume.root, name('tmp'), { kind: 'guarded' }, file);
    faulty.restore(2n);
    const replace = (writtenIn: bigint) =>
      volume.replace(call, volume.root, name('tmp'), volume.root, name('a'), { writtenIn });
    await expect(replace(1n)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await replace(2n)).replaced).toBeUndefined();
  });

  test('fail_whileCallRuns_losesItsAnswer', async () => {
    const gate = Promise.withResolvers<void>();
    const faulty = faults(openMemoryVolume(), { method: 'mkdir', what: { kind: 'delay', until: gate.promise } });
    const made = faulty.volume.mkdir(call, faulty.volume.root, name('a'), file);
    faulty.fail('the disk is gone');
    gate.resolve();
    await expect(made).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('status_atClose_completes', async () => {
    const { volume } = faults(openMemoryVolume());
    let completed = false;
    volume.status().subscribe({ complete: () => (completed = true) });
    await volume.close();
    expect(completed).toBe(true);
  });
});
