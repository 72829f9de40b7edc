import type { ObjectErrorCode, StorageErrorCode } from '@polynas/core/service';
import type { HttpFaultCode } from '@polynas/http';
import { translateErrors } from '@polynas/http';
import type { SwiftErrorCode } from './errors.ts';
import { SwiftError } from './errors.ts';

/** The one place where storage errors become Swift's; a handler that knows better says so itself. */
const ofStorage = {
  notFound: 'NotFound',
  exists: 'Conflict',
  notDirectory: 'NotFound',
  isDirectory: 'Conflict',
  wrongType: 'Conflict',
  notEmpty: 'Conflict',
  accessDenied: 'Forbidden',
  notPermitted: 'Forbidden',
  invalid: 'BadRequest',
  nameTooLong: 'BadRequest',
  badName: 'PreconditionFailed',
  crossDevice: 'Conflict',
  noSpace: 'InsufficientStorage',
  quotaExceeded: 'RequestEntityTooLarge',
  tooLarge: 'RequestEntityTooLarge',
  tooManyLinks: 'Conflict',
  readOnly: 'Forbidden',
  stale: 'NotFound',
  badHandle: 'InternalError',
  badCookie: 'BadRequest',
  conditionFailed: 'PreconditionFailed',
  // WebDAV's word for another door's lock (RFC 4918 §11.3): nothing was changed, and it may pass.
  locked: 'Locked',
  sharingViolation: 'Locked',
  deletePending: 'Locked',
  deadlock: 'Locked',
  tryLater: 'ServiceUnavailable',
  notSupported: 'NotImplemented',
  tooMany: 'ServiceUnavailable',
  unavailable: 'ServiceUnavailable',
  timedOut: 'ServiceUnavailable',
  aborted: 'RequestTimeout',
  io: 'InternalError',
  corrupt: 'InternalError',
} as const satisfies Record<StorageErrorCode, SwiftErrorCode>;

const ofObject = {
  noSuchKey: 'NotFound',
  noSuchUpload: 'NotFound',
  preconditionFailed: 'PreconditionFailed',
  notModified: 'NotModified',
  invalidPart: 'BadRequest',
  invalidPartOrder: 'BadRequest',
  entityTooSmall: 'BadRequest',
  entityTooLarge: 'RequestEntityTooLarge',
  invalidRange: 'RangeNotSatisfiable',
  keyTooLong: 'BadRequest',
  bodyTooShort: 'ClientDisconnect',
} as const satisfies Record<ObjectErrorCode, SwiftErrorCode>;

const ofHttp = {
  // "Invalid UTF8 or contains NULL" is a precondition in Swift's words.
  badTarget: 'PreconditionFailed',
  malformed: 'BadRequest',
  headersTooLarge: 'HeadersTooLarge',
  overloaded: 'ServiceUnavailable',
  timedOut: 'RequestTimeout',
  incompleteBody: 'ClientDisconnect',
} as const satisfies Record<HttpFaultCode, SwiftErrorCode>;

/** Whatever a handler threw, as what the client is told. Unknown errors are faults of ours: `InternalError`. */
export const toSwiftError: (thrown: unknown) => SwiftError = translateErrors(
  SwiftError,
  { storage: ofStorage, object: ofObject, http: ofHttp, unknown: 'InternalError' },
  (etag) => etag,
);
