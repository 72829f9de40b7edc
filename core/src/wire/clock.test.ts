import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

const day = 86_400_000;

describe('the real clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs work after its time, and not before', () => {
    const work = vi.fn<() => void>();
    systemClock.after(100, work);
    vi.advanceTimersByTime(99);
    expect(work).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledOnce();
  });

  it('waits for longer than a timer of Node does', () => {
    const work = vi.fn<() => void>();
    systemClock.after(60 * day, work);
    vi.advanceTimersByTime(60 * day - 1);
    expect(work).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('forgets what is cancelled, in the first of several timers and in the last', () => {
    const work = vi.fn<() => void>();
    const early = systemClock.after(60 * day, work);
    const late = systemClock.after(60 * day, work);
    early.cancel();
    vi.advanceTimersByTime(59 * day);
    late.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(2 * day);
    expect(work).not.toHaveBeenCalled();
  });
});
