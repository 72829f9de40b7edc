import { describe, expect, it } from 'vitest';
import { Admission } from './admission.ts';

const { signal } = new AbortController();

describe('places', () => {
  it('pass on in order, those that had begun first', async () => {
    const admission = new Admission(1, 10);
    const first = await admission.enter(signal);
    first.release();
    const second = await admission.enter(signal);
    const order: string[] = [];
    const third = admission.enter(signal).then((place) => {
      order.push('third');
      return place;
    });
    const resumed = Promise.resolve(first.resume()).then(() => order.push('first'));
    second.end();
    await resumed;
    first.end();
    (await third).end();
    expect(order).toEqual(['first', 'third']);
    expect(admission.active).toBe(0);
  });

  it('are not lost by a resumption that nobody waits for any more', async () => {
    const admission = new Admission(1, 0);
    const first = await admission.enter(signal);
    first.release();
    const second = await admission.enter(signal);
    const resumed = first.resume();
    first.end();
    second.end();
    await resumed;
    expect(admission.active).toBe(0);
    await expect(admission.enter(signal)).resolves.toBeDefined();
  });

  it('are refused beyond the queue, and waited for no longer than the client stays', async () => {
    const admission = new Admission(1, 1);
    await admission.enter(signal);
    const gone = new AbortController();
    const waiting = admission.enter(gone.signal);
    await expect(admission.enter(signal)).rejects.toMatchObject({ code: 'overloaded' });
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'timedOut' });
  });
});
