import { describe, expect, it } from 'vitest';
import { TestClock } from '../test/clock.ts';
import { clientBlock, plainAddress } from './client-address.ts';
import { ConnectionCounts } from './connection-counts.ts';

it('an address of IPv4 is the same in each form', () => {
  expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(plainAddress('192.0.2.1')).toBe('192.0.2.1');
  expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
  expect(plainAddress(undefined)).toBe('');
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['', ''],
])('%s belongs to client %s', (address, client) => {
  expect(clientBlock(address)).toBe(client);
});

describe('connections of a client', () => {
  it('are as many as it may have', () => {
    const counts = new ConnectionCounts({ perClient: 2, clock: new TestClock(), refused: () => undefined });
    expect(['a', 'a', 'a', 'b'].map((address) => counts.enter(address))).toEqual([true, true, false, true]);
    counts.leave('a');
    expect([counts.enter('a'), counts.enter('a')]).toEqual([true, false]);
    expect(counts.enter('2001:db8::1') && counts.enter('2001:db8::2') && counts.enter('2001:db8::3')).toBe(false);
    expect(counts.enter('2001:db8:0:1::1')).toBe(true);
  });

  it('that are too many are told of once for a burst', () => {
    const clock = new TestClock();
    const told: string[] = [];
    const refused = (address: string, reason: string): void => void told.push(`${address}: ${reason}`);
    const counts = new ConnectionCounts({ perClient: 1, clock, refused });
    for (let index = 0; index < 4; index++) counts.enter('a');
    clock.advance(60_000);
    counts.refuse('b', 'too many connections');
    expect(told).toEqual([
      'a: too many connections of this client',
      'b: too many connections; 2 more refused since the last report',
    ]);
  });
});
