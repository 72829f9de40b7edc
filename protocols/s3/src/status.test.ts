import { ObjectError, StorageError, storageErrorCodes } from '@polynas/core/service';
import { expect, it } from 'vitest';
import { CheckedBody } from './body/body-reader.ts';
import { toObjectBody } from './body/object-body.ts';
import { S3Error } from './errors.ts';
import { toS3Error } from './status.ts';

it('every storage error is an S3 error', () => {
  for (const code of storageErrorCodes) expect(toS3Error(new StorageError(code)).status).toBeGreaterThanOrEqual(400);
  expect(toS3Error(new StorageError('tryLater')).code).toBe('SlowDown');
  expect(toS3Error(new ObjectError('notModified', { etag: 'x' }))).toMatchObject({
    status: 304,
    headers: { etag: '"x"' },
  });
  expect(toS3Error(new TypeError('oops')).code).toBe('InternalError');
  const own = new S3Error('NoSuchBucket');
  expect(toS3Error(own)).toBe(own);
});

it('a body for the object service: bytes, then checksums', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('12345');
    yield Buffer.from('6789');
  }
  const reader = new CheckedBody(source(), { length: 9, checks: [], trailers: new Map() });
  reader.want('CRC32');
  const body = toObjectBody(reader, 'CRC32');
  expect(Buffer.from((await body.read())!).toString()).toBe('12345');
  expect(Buffer.from((await body.read())!).toString()).toBe('6789');
  expect(await body.read()).toBeUndefined();
  expect(await body.finish!(new Uint8Array(16))).toEqual({ type: 'FULL_OBJECT', values: { crc32: 'y/Q5Jg==' } });
});
