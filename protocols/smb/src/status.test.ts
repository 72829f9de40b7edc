import { StorageError, storageErrorCodes } from '@polynas/core/service';
import { expect, it } from 'vitest';
import { NtStatus } from './nt-status.ts';
import { StatusError, statusOf, statusOfError } from './status.ts';

it('every storage error is a failure in SMB, and faults of ours are not', () => {
  for (const code of storageErrorCodes) {
    expect(statusOf[code]).toBeGreaterThanOrEqual(0xc000_0000);
    expect(statusOfError(new StorageError(code))).toBe(statusOf[code]);
  }
  expect(statusOfError(new StatusError(NtStatus.NO_MORE_FILES))).toBe(0x8000_0006);
  expect(statusOfError(new TypeError('fault'))).toBeUndefined();
});
