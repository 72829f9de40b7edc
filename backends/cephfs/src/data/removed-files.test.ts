import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unrefTimeout } from '../later.ts';
import type { Later } from '../later.ts';
import { RemovedFiles } from './removed-files.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const now = (): number => performance.now();
const files = (isBusy = () => false): RemovedFiles =>
  new RemovedFiles({ steadyClock: now, later: unrefTimeout, isBusy });

/** Files that tell when they are let go. */
function removing(held: RemovedFiles) {
  const gone: string[] = [];
  const remove = (name: string, bytes = 0): void => held.add({ bytes, letGo: () => void gone.push(name) });
  return { gone, remove };
}

describe('removed files', () => {
  test('areLetGo_whenNoneIsRemovedForAMoment', () => {
    const { gone, remove } = removing(files());
    remove('a');
    remove('b');
    vi.advanceTimersByTime(150);
    expect(gone).toEqual([]);
    vi.advanceTimersByTime(450);
    expect(gone).toEqual(['a', 'b']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('areHeldSomeSeconds_whileSomebodyWaits', () => {
    let isBusy = true;
    const { gone, remove } = removing(files(() => isBusy));
    remove('a');
    vi.advanceTimersByTime(2000);
    expect(gone).toEqual([]);
    isBusy = false;
    vi.advanceTimersByTime(200);
    expect(gone).toEqual(['a']);
    isBusy = true;
    remove('b');
    vi.advanceTimersByTime(3300);
    expect(gone).toEqual(['a', 'b']);
  });

  test('areLetGoAfterSomeSeconds_whileOthersAreRemoved', () => {
    const { gone, remove } = removing(files());
    for (let at = 0; at < 5000; at += 100) {
      remove(`${at}`);
      vi.advanceTimersByTime(100);
    }
    expect(gone[0]).toBe('0');
    expect(gone.length).toBeGreaterThan(15);
    expect(gone.length).toBeLessThan(25);
  });

  test('areNeverMoreThanSomeThousands_theFirstGoesFirst', () => {
    const held = files();
    const { gone, remove } = removing(held);
    for (let index = 0; index < 4100; index += 1) remove(`${index}`);
    expect([held.size, gone]).toEqual([4096, ['0', '1', '2', '3']]);
  });

  test('holdLittleSpace', () => {
    const { gone, remove } = removing(files());
    remove('little', 1000);
    remove('large', 2 ** 30);
    remove('little too', 1000);
    expect(gone).toEqual(['little', 'large']);
  });

  test('areLookedAt_byTheTimerThatIsPassedIn', () => {
    let time = 0;
    const looks: [number, () => void][] = [];
    const later: Later = (milliseconds, run) => {
      looks.push([milliseconds, run]);
      return () => undefined;
    };
    const { gone, remove } = removing(new RemovedFiles({ steadyClock: () => time, later, isBusy: () => false }));
    remove('a');
    remove('b');
    expect([looks.map(([wait]) => wait), vi.getTimerCount()]).toEqual([[200], 0]);
    for (const expected of [[], ['a', 'b']]) {
      time += 200;
      looks.shift()?.[1]();
      expect(gone).toEqual(expected);
    }
    expect(looks).toEqual([]);
  });
});
