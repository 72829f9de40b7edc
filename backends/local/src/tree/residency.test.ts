import { describe, expect, test } from 'vitest';
import { call, makeFile, name, Volumes } from '../testing/volumes.ts';
import { Residency } from './residency.ts';

const volumes = new Volumes();

describe('a tree that is not in memory', () => {
  test('watch_ofAReadThatWaitedForTheDisk_makesItCold', () => {
    let [faults, now] = [7, 0];
    const residency = new Residency(
      () => faults,
      () => now,
    );
    const slowly = (): void => {
      now += 5;
    };
    residency.watch(() => 1);
    residency.watch(slowly);
    expect(residency.cold).toBe(false);
    residency.watch(() => {
      slowly();
      faults += 1;
    });
    expect(residency.cold).toBe(true);
    now += 10_000;
    expect(residency.cold).toBe(false);
  });

  test('watch_ofASlowRead_isNotBlamedForFaultsOfLongAgo', () => {
    let [faults, now, asked] = [7, 0, 0];
    const residency = new Residency(
      () => {
        asked += 1;
        return faults;
      },
      () => now,
    );
    const slowly = (): void => {
      now += 5;
    };
    residency.watch(slowly);
    // Something else of the process waited for the disk.
    faults += 3;
    now += 1000;
    asked = 0;
    for (let read = 0; read < 100; read += 1) residency.watch(() => read);
    expect(asked).toBe(1);
    residency.watch(slowly);
    expect(residency.cold).toBe(false);
  });

  test('answers_whileCold_comeByTheSlowWayAndAreTheSame', async () => {
    const volume = await volumes.open({ cachedInodes: 2 });
    const made = [];
    for (let index = 0; index < 20; index += 1) made.push(await makeFile(volume, `f${index}`));
    const known = await Promise.all(made.map(({ id }) => volume.getattr(call, id)));
    volume.chill();
    expect(volume.lookupNow(volume.root, name('f3'))).toBeUndefined();
    expect(volume.getattrNow(made[3]?.id ?? 0n)).toBeUndefined();
    expect(await Promise.all(made.map(({ id }) => volume.getattr(call, id)))).toEqual(known);
    expect(await volume.lookup(call, volume.root, name('f7'))).toEqual(known[7]);
    expect(await volume.lookup(call, volume.root, name('none'))).toBeUndefined();
    await volume.rename(call, volume.root, name('f7'), volume.root, name('g'));
    expect((await volume.lookup(call, volume.root, name('g')))?.id).toBe(known[7]?.id);
  });
});
