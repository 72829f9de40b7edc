import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../spi/index.ts';
import { isSameContent } from './stamps.ts';

const time = { seconds: 1000, nanoseconds: 5 };
const file: Attributes = {
  id: 1n,
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  nlink: 1,
  rdev: { major: 0, minor: 0 },
  size: 10,
  allocated: 10,
  accessed: time,
  modified: time,
  changed: time,
  born: time,
  dosBits: 0,
  change: 7n,
};

describe('a content that is being read', () => {
  it('is the same after a chmod', () => {
    expect(isSameContent(file, { ...file, change: 8n, mode: 0o600 })).toBe(true);
  });

  it('is another one where a crash brought the count back that another content had', () => {
    expect(isSameContent(file, { ...file, modified: { seconds: 1000, nanoseconds: 6 } })).toBe(false);
  });

  it('goes by the stamp where there is one', () => {
    const stamped = { ...file, contentStamp: 3n };
    expect(isSameContent(stamped, { ...stamped, change: 9n, modified: { seconds: 2000, nanoseconds: 0 } })).toBe(true);
    expect(isSameContent(stamped, { ...stamped, contentStamp: 4n })).toBe(false);
  });
});
