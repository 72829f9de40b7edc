import { describe, expect, test } from 'vitest';
import { checkNewXattrs, maxXattrBytes, maxXattrTotalBytes } from './budget.ts';

const limits = { maxXattrBytes, maxXattrTotalBytes };
const check = (sizes: Record<string, number>) => () =>
  checkNewXattrs(new Map(Object.entries(sizes).map(([name, size]) => [name, new Uint8Array(size)])), limits);
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

describe('room for extended attributes', () => {
  test('all_withNamesAndOurRecord_fitInAnInode', () => {
    expect(maxXattrTotalBytes + 8192).toBeLessThan(65_536);
    expect(check({ 'trusted.a': maxXattrBytes, 'trusted.b': maxXattrTotalBytes - maxXattrBytes })).not.toThrow();
    expect(check({ 'trusted.a': maxXattrBytes, 'trusted.b': maxXattrTotalBytes - maxXattrBytes + 1 })).toThrow(
      code('noSpace'),
    );
  });

  test('one_aboveTheLimit_isTooLarge', () => {
    expect(check({ 'user.a': maxXattrBytes })).not.toThrow();
    expect(check({ 'user.a': maxXattrBytes + 1 })).toThrow(code('tooLarge'));
  });

  test('clientsAttributes_leaveRoomForCores', () => {
    expect(check({ 'user.a': maxXattrBytes, 'user.b': 2000 })).toThrow(code('noSpace'));
    expect(check({ 'user.a': maxXattrBytes, 'trusted.b': maxXattrTotalBytes - maxXattrBytes })).not.toThrow();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`user.${'x'.repeat(200)}${index}`, 0]));
    expect(check(many)).toThrow(code('noSpace'));
  });

  test.each(['trusted.polynas-cephfs', 'security.x', 'user', 'user.a\0b'])('name_%j_isBadName', (name) => {
    expect(check({ [name]: 1 })).toThrow(code('badName'));
  });

  test('name_tooLong_isNameTooLong', () => {
    expect(check({ [`user.${'x'.repeat(251)}`]: 1 })).toThrow(code('nameTooLong'));
  });
});
