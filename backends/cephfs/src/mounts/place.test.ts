import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CountingMount } from './counting-mount.ts';
import { Place } from './place.ts';

/** A place whose mounts the test makes, or lets fail. */
function placeWith(plan: (CountingMount | Error)[]) {
  const told: string[] = [];
  let lost: () => void = () => undefined;
  const place = new Place({
    mount: (onLost) => {
      lost = onLost;
      const next = plan.shift() ?? new Error('no further mount planned');
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next.asMount);
    },
    cachedInodes: 8,
    lost: () => told.push('lost'),
    serving: (reason) => told.push(reason === undefined ? 'serving' : 'not serving'),
    report: () => told.push('report'),
  });
  const evict = (mount: CountingMount) => {
    mount.alive = false;
    lost();
  };
  return { place, told, evict };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a place of the pool', () => {
  it('is mounted again when the cluster throws its client out; the loss is known first', async () => {
    const [first, second] = [new CountingMount(), new CountingMount()];
    const { place, told, evict } = placeWith([first, second]);
    await place.open();
    expect(place.inodes.mount).toBe(first);
    evict(first);
    expect(told).toEqual(['serving', 'lost', 'not serving', 'report']);
    expect(() => place.inodes).toThrow(/thrown this client out/);
    expect(place.inodesOf(first.asMount)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(0);
    expect(place.inodes.mount).toBe(second);
    expect([first.unmounted, second.unmounted]).toEqual([1, 0]);
    expect(told.at(-1)).toBe('serving');
    await place.close();
    expect(second.unmounted).toBe(1);
  });

  it('tries again, later each time, until it succeeds', async () => {
    const [first, second] = [new CountingMount(), new CountingMount()];
    const { place, evict } = placeWith([first, new Error('a'), new Error('b'), new Error('c'), second]);
    await place.open();
    evict(first);
    await vi.advanceTimersByTimeAsync(250 + 500 + 999);
    expect(place.serving).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(place.serving).toBe(true);
  });

  it('is waited for until the call is not wanted any more, or it takes too long', async () => {
    const first = new CountingMount();
    const { place, evict } = placeWith([first]);
    await place.open();
    expect(await place.ready({})).toBe(first);
    evict(first);
    const controller = new AbortController();
    const outcomes = [
      place.ready({ signal: controller.signal }),
      place.ready({ deadline: performance.now() + 100 }),
      place.ready({}),
    ].map((waiting) => waiting.then(() => 'mounted').catch((error: { code: string }) => error.code));
    controller.abort();
    await vi.advanceTimersByTimeAsync(5001);
    expect(await Promise.all(outcomes)).toEqual(['aborted', 'timedOut', 'tryLater']);
    await place.close();
  });

  it('is waited for until it is back', async () => {
    const [first, second] = [new CountingMount(), new CountingMount()];
    const { place, evict } = placeWith([first, new Error('no'), second]);
    await place.open();
    evict(first);
    const waiting = place.ready({ deadline: performance.now() + 60_000 });
    await vi.advanceTimersByTimeAsync(250);
    expect(await waiting).toBe(second);
    await place.close();
  });

  it('ends while it waits for another attempt', async () => {
    const first = new CountingMount();
    const { place, evict } = placeWith([first, new Error('no')]);
    await place.open();
    evict(first);
    await vi.advanceTimersByTimeAsync(10);
    const waiting = place.ready({}).catch((error: { code: string }) => error.code);
    await place.close();
    expect(await waiting).toBe('unavailable');
    await expect(place.ready({})).rejects.toThrow('the volume is closed');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets go of a mount that arrives after its end', async () => {
    const [first, second] = [new CountingMount(), new CountingMount()];
    const { place, evict } = placeWith([first, second]);
    await place.open();
    evict(first);
    const closed = place.close();
    await vi.advanceTimersByTimeAsync(10);
    await closed;
    expect(place.serving).toBe(false);
    expect(first.unmounted).toBe(1);
  });
});
