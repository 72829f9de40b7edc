import { ObjectError, StorageError, storageErrorCodes } from '@polynas/core/service';
import { HttpFault } from '@polynas/http';
import { expect, it } from 'vitest';
import { SwiftError } from './errors.ts';
import { toSwiftError } from './status.ts';

it('every storage error has an answer, and faults tell nothing', () => {
  for (const code of storageErrorCodes) expect(toSwiftError(new StorageError(code)).status).toBeGreaterThanOrEqual(400);
  const fault = toSwiftError(new Error('secret detail'));
  expect([fault.status, fault.body.includes('secret')]).toEqual([500, false]);
  expect(toSwiftError(new HttpFault('overloaded')).status).toBe(503);
  expect(toSwiftError(new ObjectError('notModified', { etag: 'x' })).headers).toEqual({ etag: 'x' });
  const own = new SwiftError('Conflict', { message: 'why' });
  expect([toSwiftError(own), own.body, own.contentType]).toEqual([own, 'why', 'text/plain; charset=UTF-8']);
});
