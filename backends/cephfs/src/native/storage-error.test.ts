import { StorageError } from '@polynas/core/spi';
import { describe, expect, it } from 'vitest';
import { CephError } from './ceph-error.ts';
import { isErrno, ofInode, storageErrorOf } from './storage-error.ts';

describe('what libcephfs answers', () => {
  it.each([
    [2, 'notFound'],
    [17, 'exists'],
    [18, 'crossDevice'],
    [27, 'tooLarge'],
    [28, 'noSpace'],
    [31, 'tooManyLinks'],
    [36, 'nameTooLong'],
    [39, 'notEmpty'],
    [108, 'unavailable'],
    [110, 'unavailable'],
    [116, 'stale'],
    [122, 'quotaExceeded'],
    [9999, 'io'],
  ])('errno %i is %s', (errno, code) => {
    const cause = new CephError(errno, 'ceph_ll_x');
    expect(storageErrorOf(cause)).toMatchObject({ name: 'StorageError', code, cause });
  });

  it('leaves a StorageError as it is, and makes one of anything else', () => {
    const error = new StorageError('stale');
    expect(storageErrorOf(error)).toBe(error);
    expect(storageErrorOf(new Error('?'))).toMatchObject({ code: 'io' });
  });

  it('says of an inode that is not there that the file is gone', () => {
    const cause = new CephError(2, 'ceph_ll_getattr');
    expect(ofInode(cause)).toMatchObject({ code: 'stale', cause });
    const other = new CephError(13, 'ceph_ll_getattr');
    expect(ofInode(other)).toBe(other);
  });

  it('is told apart by name', () => {
    expect(isErrno(new CephError(17, 'x'), 'ENOENT', 'EEXIST')).toBe(true);
    expect(isErrno(new CephError(17, 'x'), 'ENOENT')).toBe(false);
    expect(isErrno(new Error('EEXIST'), 'EEXIST')).toBe(false);
  });
});
