import { isStorageError } from '@polynas/core/spi';
import type { StorageError } from '@polynas/core/spi';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gate } from './gate.ts';
import type { Lane } from './gate.ts';

/** Calls of a lane, each of which is under way until the test ends it. */
function callsOf(lane: Lane) {
  const issued: string[] = [];
  const refused: StorageError[] = [];
  return {
    issued,
    refused,
    call: (name: string, within?: Parameters<Lane['enter']>[2]) =>
      lane.enter(
        () => void issued.push(name),
        (error) => void refused.push(error),
        within,
      ),
    end: () => lane.leave(),
  };
}

describe('the gate', () => {
  it('lets as many calls be under way as it is large, and the rest in order', () => {
    const lane = new Gate(2).lane();
    const { call, issued, end } = callsOf(lane);
    for (const name of ['a', 'b', 'c', 'd']) call(name);
    expect(issued).toEqual(['a', 'b']);
    end();
    expect(issued).toEqual(['a', 'b', 'c']);
    end();
    end();
    end();
    expect([issued, lane.running, lane.waiting]).toEqual([['a', 'b', 'c', 'd'], 0, 0]);
  });

  it('keeps places for each lane, whatever hangs in the others', () => {
    const gate = new Gate(24);
    const lanes = Array.from({ length: 4 }, () => callsOf(gate.lane()));
    for (const hanging of lanes.slice(0, 3)) for (let index = 0; index < 40; index += 1) hanging.call('hangs');
    expect(gate.running).toBe(22);
    const other = lanes[3];
    for (let index = 0; index < 5; index += 1) other?.call('goes on');
    expect(other?.issued).toHaveLength(2);
    other?.end();
    expect(other?.issued).toHaveLength(3);
    expect(gate.running).toBe(24);
  });

  it('lets one lane have all that is not kept for others, and all when there are too many to keep any', () => {
    const gate = new Gate(6);
    const [one] = [callsOf(gate.lane()), gate.lane()];
    for (let index = 0; index < 9; index += 1) one.call('a');
    expect(one.issued).toHaveLength(5);
    for (let index = 0; index < 9; index += 1) gate.lane();
    one.end();
    expect(one.issued).toHaveLength(7);
  });

  it('lets lanes that wait take turns', () => {
    const gate = new Gate(4);
    const order: string[] = [];
    const lanes = [gate.lane(), gate.lane()];
    for (let index = 0; index < 9; index += 1)
      for (const [name, lane] of lanes.entries())
        lane.enter(
          () => order.push(String(name)),
          () => undefined,
        );
    for (let index = 0; index < 8; index += 1) lanes[index % 2]?.leave();
    expect(order.filter((name) => name === '0')).toHaveLength(6);
    expect(order).toHaveLength(12);
  });

  it('gives the places of a closed lane to those that are left', () => {
    const gate = new Gate(4);
    const [closing, staying] = [gate.lane(), callsOf(gate.lane())];
    for (let index = 0; index < 4; index += 1) staying.call('stays');
    expect(staying.issued).toHaveLength(3);
    closing.close();
    expect(staying.issued).toHaveLength(4);
  });

  it('refuses who waits in a lane that closes, and who comes after', () => {
    const lane = new Gate(1).lane();
    const { call, refused, issued } = callsOf(lane);
    call('under way');
    call('waits', { signal: new AbortController().signal });
    lane.close();
    call('too late');
    expect(refused.map(({ code }) => code)).toEqual(['unavailable', 'unavailable']);
    expect(issued).toEqual(['under way']);
  });
});

describe('a call that is no longer wanted', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is not issued when its deadline passes while it waits', () => {
    const lane = new Gate(1).lane();
    const { call, end, issued, refused } = callsOf(lane);
    call('hangs');
    call('late', { deadline: performance.now() + 1000 });
    call('patient');
    vi.advanceTimersByTime(1001);
    expect(refused.map(({ code }) => code)).toEqual(['timedOut']);
    end();
    expect(issued).toEqual(['hangs', 'patient']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits on where its deadline is further away than a timer goes: a large upload has time', () => {
    const lane = new Gate(1).lane();
    const { call, end, issued, refused } = callsOf(lane);
    call('hangs');
    call('large', { deadline: performance.now() + 60 * 86_400_000 });
    vi.advanceTimersByTime(86_400_000);
    expect(refused).toEqual([]);
    end();
    expect(issued).toEqual(['hangs', 'large']);
  });

  it('is not issued when it is aborted while it waits, or was before', () => {
    const lane = new Gate(1).lane();
    const { call, end, issued, refused } = callsOf(lane);
    const controller = new AbortController();
    call('hangs');
    call('aborted', { signal: controller.signal });
    controller.abort();
    call('aborted before', { signal: controller.signal });
    call('late before', { deadline: performance.now() - 1 });
    end();
    expect(issued).toEqual(['hangs']);
    expect(refused.map((error) => isStorageError(error) && error.code)).toEqual(['aborted', 'aborted', 'timedOut']);
  });

  it('is not given up once it is issued', () => {
    const lane = new Gate(1).lane();
    const { call, refused } = callsOf(lane);
    const controller = new AbortController();
    call('under way', { signal: controller.signal, deadline: performance.now() + 10 });
    vi.advanceTimersByTime(100);
    controller.abort();
    expect(refused).toEqual([]);
  });
});
