import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Lifecycle } from './lifecycle.ts';

const silent = pino({ level: 'silent' });

describe('orderly stop', () => {
  it('goes by stages, once, and on after a failure', async () => {
    const lifecycle = new Lifecycle(silent, () => 0);
    const order: string[] = [];
    for (const stage of ['ownership', 'volumes', 'doors', 'core'] as const) {
      lifecycle.onStop(stage, stage, async () => {
        order.push(stage);
        if (stage === 'core') throw new Error('sync failed');
      });
    }
    expect(await Promise.all([lifecycle.stop(100), lifecycle.stop(100)])).toEqual([false, false]);
    expect(order).toEqual(['doors', 'core', 'volumes', 'ownership']);
  });

  it('stops doors at the same time, and gives later stages what is left of the time', async () => {
    let now = 0;
    const lifecycle = new Lifecycle(silent, () => now);
    const left: string[] = [];
    const door = Promise.withResolvers<void>();
    lifecycle.onStop('core', 'core', async (grace) => void left.push(`core ${grace}`));
    lifecycle.onStop('doors', 'slow', async (grace) => {
      left.push(`slow ${grace}`);
      await door.promise;
    });
    lifecycle.onStop('doors', 'quick', async (grace) => {
      left.push(`quick ${grace}`);
      now += 70;
      door.resolve();
    });
    expect(await lifecycle.stop(100)).toBe(true);
    expect(left).toEqual(['slow 100', 'quick 100', 'core 30']);
  });

  it('leaves behind what hangs', async () => {
    const lifecycle = new Lifecycle(silent, () => 0, { doors: 1, core: 1, volumes: 1, ownership: 1 });
    let closed = false;
    lifecycle.onStop('doors', 'hangs', () => new Promise(() => undefined));
    lifecycle.onStop('volumes', 'volumes', async () => void (closed = true));
    expect(await lifecycle.stop(1)).toBe(false);
    expect(closed).toBe(true);
  });
});
