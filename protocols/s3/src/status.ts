import type { ObjectErrorCode, StorageErrorCode } from '@polynas/core/service';
import type { HttpFaultCode } from '@polynas/http';
import { translateErrors } from '@polynas/http';
import type { S3ErrorCode } from './errors.ts';
import { S3Error } from './errors.ts';

/** The one place where storage errors become S3 errors; a handler that knows better (`notFound` of a bucket) says so itself. */
const ofStorage = {
  notFound: 'NoSuchKey',
  exists: 'ConditionalRequestConflict',
  notDirectory: 'NoSuchKey',
  isDirectory: 'InvalidRequest',
  wrongType: 'InvalidRequest',
  notEmpty: 'BucketNotEmpty',
  accessDenied: 'AccessDenied',
  notPermitted: 'AccessDenied',
  invalid: 'InvalidArgument',
  nameTooLong: 'KeyTooLongError',
  badName: 'InvalidArgument',
  crossDevice: 'InvalidRequest',
  noSpace: 'InsufficientStorage',
  quotaExceeded: 'QuotaExceeded',
  tooLarge: 'EntityTooLarge',
  tooManyLinks: 'InvalidRequest',
  readOnly: 'AccessDenied',
  stale: 'NoSuchKey',
  badHandle: 'InternalError',
  badCookie: 'InvalidArgument',
  conditionFailed: 'PreconditionFailed',
  // S3 has no word for another door's lock: 409 says that it may pass, and that nothing was changed.
  locked: 'OperationAborted',
  sharingViolation: 'OperationAborted',
  deletePending: 'OperationAborted',
  deadlock: 'OperationAborted',
  // The SDKs retry SlowDown and ServiceUnavailable by themselves.
  tryLater: 'SlowDown',
  notSupported: 'NotImplemented',
  tooMany: 'SlowDown',
  unavailable: 'ServiceUnavailable',
  timedOut: 'ServiceUnavailable',
  aborted: 'RequestTimeout',
  io: 'InternalError',
  corrupt: 'InternalError',
} as const satisfies Record<StorageErrorCode, S3ErrorCode>;

const ofObject = {
  noSuchKey: 'NoSuchKey',
  noSuchUpload: 'NoSuchUpload',
  preconditionFailed: 'PreconditionFailed',
  notModified: 'NotModified',
  invalidPart: 'InvalidPart',
  invalidPartOrder: 'InvalidPartOrder',
  entityTooSmall: 'EntityTooSmall',
  entityTooLarge: 'EntityTooLarge',
  invalidRange: 'InvalidRange',
  keyTooLong: 'KeyTooLongError',
  bodyTooShort: 'IncompleteBody',
} as const satisfies Record<ObjectErrorCode, S3ErrorCode>;

const ofHttp = {
  badTarget: 'InvalidURI',
  malformed: 'BadRequest',
  headersTooLarge: 'RequestHeaderSectionTooLarge',
  // Every SDK retries it.
  overloaded: 'SlowDown',
  timedOut: 'RequestTimeout',
  incompleteBody: 'IncompleteBody',
} as const satisfies Record<HttpFaultCode, S3ErrorCode>;

/** Whatever a handler threw, as what the client is told. Unknown errors are faults of ours: `InternalError`. */
export const toS3Error: (thrown: unknown) => S3Error = translateErrors(
  S3Error,
  { storage: ofStorage, object: ofObject, http: ofHttp, unknown: 'InternalError' },
  (etag) => `"${etag}"`,
);
