import { TestClock } from '@polynas/core/testing';
import { describe, expect, it } from 'vitest';
import { LogonGuard } from './logon-guard.ts';

const never = new AbortController().signal;

/** Whether the refusal is answered without time going by. */
async function atOnce(guard: LogonGuard, client: string, signal = never): Promise<boolean> {
  const answered = guard.refused(client, signal).then(() => true);
  return Promise.race([answered, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

describe('LogonGuard', () => {
  it('makes an address wait that is refused again and again, and no other one', async () => {
    const clock = new TestClock();
    const guard = new LogonGuard(clock);
    for (let times = 0; times < 20; times += 1) expect(await atOnce(guard, '192.0.2.1')).toBe(true);
    const waiting = guard.refused('192.0.2.1', never);
    expect(await Promise.race([waiting.then(() => 'answered'), Promise.resolve('waits')])).toBe('waits');
    expect(await atOnce(guard, '192.0.2.2')).toBe(true);
    clock.advance(2_000);
    await waiting;
    clock.advance(60_000);
    expect(await atOnce(guard, '192.0.2.1')).toBe(true);
  });

  it('takes a network of IPv6 for one address', async () => {
    const guard = new LogonGuard(new TestClock());
    for (let host = 1; host <= 20; host += 1) expect(await atOnce(guard, `2001:db8::${host}`)).toBe(true);
    expect(await atOnce(guard, '2001:db8::21')).toBe(false);
    expect(await atOnce(guard, '2001:db8:0:1::1')).toBe(true);
  });

  it('lets nobody wait whose connection is gone', async () => {
    const guard = new LogonGuard(new TestClock());
    for (let times = 0; times < 20; times += 1) await guard.refused('192.0.2.1', never);
    const gone = new AbortController();
    const waiting = guard.refused('192.0.2.1', gone.signal);
    gone.abort();
    await waiting;
    expect(await atOnce(guard, '192.0.2.1', gone.signal)).toBe(true);
  });

  it('remembers a bounded number of addresses', async () => {
    const guard = new LogonGuard(new TestClock());
    for (let times = 0; times < 20; times += 1) await guard.refused('192.0.2.1', never);
    for (let other = 0; other < 10_000; other += 1) await guard.refused(`198.51.100.1:${other}`, never);
    expect(await atOnce(guard, '192.0.2.1')).toBe(true);
  });
});
