import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RemovedFiles } from './removed-files.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const now = (): number => performance.now();

/** Files that tell when they are let go. */
function removing(files: RemovedFiles) {
  const gone: string[] = [];
  const remove = (name: string, bytes = 0): void => files.add({ bytes, letGo: () => void gone.push(name) });
  return { gone, remove };
}

describe('removed files', () => {
  test('areLetGo_whenNoneIsRemovedForAMoment', () => {
    const { gone, remove } = removing(new RemovedFiles(now, () => false));
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
    const { gone, remove } = removing(new RemovedFiles(now, () => isBusy));
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
    const { gone, remove } = removing(new RemovedFiles(now, () => false));
    for (let at = 0; at < 5000; at += 100) {
      remove(`${at}`);
      vi.advanceTimersByTime(100);
    }
    expect(gone[0]).toBe('0');
    expect(gone.length).toBeGreaterThan(15);
    expect(gone.length).toBeLessThan(25);
  });

  test('areNeverMoreThanSomeThousands_theFirstGoesFirst', () => {
    const files = new RemovedFiles(now, () => false);
    const { gone, remove } = removing(files);
    for (let index = 0; index < 4100; index += 1) remove(`${index}`);
    expect([files.size, gone]).toEqual([4096, ['0', '1', '2', '3']]);
  });

  test('holdLittleSpace', () => {
    const { gone, remove } = removing(new RemovedFiles(now, () => false));
    remove('little', 1000);
    remove('large', 2 ** 30);
    remove('little too', 1000);
    expect(gone).toEqual(['little', 'large']);
  });
});
