import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Lifecycle } from './lifecycle.ts';

const silent = pino({ level: 'silent' });

describe('orderly stop', () => {
  it('goes in reverse, once, and on after a failure', async () => {
    const lifecycle = new Lifecycle(silent, () => 0);
    const order: string[] = [];
    for (const name of ['lock', 'volumes', 'door']) {
      lifecycle.onStop(name, async () => {
        order.push(name);
        if (name === 'volumes') throw new Error('sync failed');
      });
    }
    expect(await Promise.all([lifecycle.stop(100), lifecycle.stop(100)])).toEqual([false, false]);
    expect(order).toEqual(['door', 'volumes', 'lock']);
  });

  it('gives later steps what is left of the time', async () => {
    let now = 0;
    const lifecycle = new Lifecycle(silent, () => now);
    const left: number[] = [];
    lifecycle.onStop('second', async (grace) => void left.push(grace));
    lifecycle.onStop('first', async (grace) => {
      left.push(grace);
      now += 70;
    });
    expect(await lifecycle.stop(100)).toBe(true);
    expect(left).toEqual([100, 30]);
  });
});
