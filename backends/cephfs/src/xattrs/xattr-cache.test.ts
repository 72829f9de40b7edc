import { describe, expect, test } from 'vitest';
import { XattrCache } from './xattr-cache.ts';

const value = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('XattrCache', () => {
  test('get_knownOrKnownToBeAbsent_isTold', () => {
    const cache = new XattrCache(10_000, () => 1n);
    expect(cache.get(7n, 1n, 'user.a')).toBeUndefined();
    cache.add(7n, 1n, 'user.a', value('x'));
    cache.add(7n, 1n, 'user.b', undefined);
    expect(cache.get(7n, 1n, 'user.a')).toEqual({ value: value('x') });
    expect(cache.get(7n, 1n, 'user.b')).toEqual({ value: undefined });
    cache.get(7n, 1n, 'user.a')?.value?.fill(0);
    expect(cache.get(7n, 1n, 'user.a')).toEqual({ value: value('x') });
  });

  test('add_ofABuffer_isACopy', () => {
    const cache = new XattrCache(10_000, () => 1n);
    const buffer = Buffer.from('x');
    cache.add(7n, 1n, 'user.a', buffer);
    buffer.fill(0);
    expect(cache.get(7n, 1n, 'user.a')).toEqual({ value: value('x') });
  });

  test('get_anotherChangeOrEpoch_isNothing', () => {
    let epoch = 1n;
    const cache = new XattrCache(10_000, () => epoch);
    cache.add(7n, 1n, 'user.a', value('x'));
    expect(cache.get(7n, 2n, 'user.a')).toBeUndefined();
    cache.add(7n, 2n, 'user.a', value('x'));
    epoch = 2n;
    expect(cache.get(7n, 2n, 'user.a')).toBeUndefined();
    expect(cache.bytes).toBe(0);
  });

  test('add_whileItIsChanged_isNotRemembered', () => {
    const cache = new XattrCache(10_000, () => 1n);
    cache.add(7n, 1n, 'user.a', value('x'));
    cache.changing(7n);
    cache.add(7n, 1n, 'user.a', value('x'));
    expect(cache.get(7n, 1n, 'user.a')).toBeUndefined();
    cache.changed(7n);
    cache.add(7n, 2n, 'user.a', value('y'));
    expect(cache.get(7n, 2n, 'user.a')).toEqual({ value: value('y') });
  });

  test('those_voidedSince_areOutdated', () => {
    const cache = new XattrCache(2000, () => 1n);
    const voided: readonly (() => void)[] = [
      () => cache.changing(7n),
      () => cache.drop(7n),
      () => void cache.get(7n, 2n, 'user.a'),
      () => [1n, 2n, 3n].forEach((id) => cache.add(id, 1n, 'user.a', new Uint8Array(900))),
    ];
    for (const change of voided) {
      cache.changed(7n);
      cache.add(7n, 1n, 'user.a', value('x'));
      const those = cache.those(7n, 1n, ['user.a'])!;
      expect([those.xattrs.get('user.a'), those.by.outdated]).toEqual([value('x'), undefined]);
      change();
      expect(those.by.outdated).toBe(true);
    }
  });

  test('add_aboveTheLimit_dropsWhatWasUsedLongestAgo', () => {
    const cache = new XattrCache(2000, () => 1n);
    for (let id = 0n; id < 5n; id += 1n) cache.add(id, 1n, 'user.a', new Uint8Array(150));
    cache.get(0n, 1n, 'user.a');
    cache.add(9n, 1n, 'user.a', new Uint8Array(200));
    expect(cache.bytes).toBeLessThanOrEqual(2000);
    expect(cache.get(0n, 1n, 'user.a')).toBeDefined();
    expect(cache.get(1n, 1n, 'user.a')).toBeUndefined();
    cache.add(9n, 1n, 'user.b', new Uint8Array(3000));
    expect(cache.bytes).toBeLessThanOrEqual(2000);
  });
});
