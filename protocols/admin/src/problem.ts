import type { StorageErrorCode } from '@polynas/core/service';
import { isStorageError } from '@polynas/core/service';

/** RFC 9457. `code` is stable; `detail` is for people. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Where in the request the fault lies. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

interface Row {
  readonly status: number;
  readonly title: string;
}

/** The admin API's one table of errors. */
const rows = {
  notFound: { status: 404, title: 'Not found' },
  exists: { status: 409, title: 'Exists already' },
  notDirectory: { status: 409, title: 'Not a directory' },
  isDirectory: { status: 409, title: 'Is a directory' },
  wrongType: { status: 409, title: 'Wrong type of file' },
  notEmpty: { status: 409, title: 'Not empty' },
  accessDenied: { status: 403, title: 'Access denied' },
  notPermitted: { status: 403, title: 'Not permitted' },
  invalid: { status: 400, title: 'Invalid value' },
  nameTooLong: { status: 400, title: 'Name too long' },
  badName: { status: 400, title: 'Bad name' },
  crossDevice: { status: 409, title: 'Across shares' },
  noSpace: { status: 507, title: 'No space left' },
  quotaExceeded: { status: 507, title: 'Quota exceeded' },
  tooLarge: { status: 413, title: 'Too large' },
  tooManyLinks: { status: 409, title: 'Too many links' },
  readOnly: { status: 409, title: 'Read-only' },
  stale: { status: 404, title: 'Gone' },
  badHandle: { status: 400, title: 'Bad handle' },
  badCookie: { status: 400, title: 'Bad cookie' },
  conditionFailed: { status: 412, title: 'Condition failed' },
  locked: { status: 423, title: 'Locked' },
  sharingViolation: { status: 423, title: 'In use' },
  deletePending: { status: 409, title: 'Delete pending' },
  deadlock: { status: 409, title: 'Deadlock' },
  tryLater: { status: 503, title: 'Try later' },
  notSupported: { status: 501, title: 'Not supported' },
  tooMany: { status: 429, title: 'Too many' },
  unavailable: { status: 503, title: 'Unavailable' },
  timedOut: { status: 504, title: 'Timed out' },
  aborted: { status: 503, title: 'Aborted' },
  io: { status: 500, title: 'Input/output error' },
  corrupt: { status: 500, title: 'Stored data is corrupt' },
} satisfies Record<StorageErrorCode, Row>;

function document(code: string, row: Row, detail: string, errors?: ProblemDocument['errors']): ProblemDocument {
  return { type: `urn:polynas:problem:${code}`, ...row, detail, code, ...(errors && { errors }) };
}

/** A request that breaks the API's schema. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(errors: readonly { readonly path: string; readonly message: string }[]) {
    super(errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '));
    this.errors = errors;
  }
}

function httpStatusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** What a client is told of an error. `fault`: it is ours, and is to be logged. */
export function problemOf(error: unknown): { readonly document: ProblemDocument; readonly fault: boolean } {
  if (error instanceof InvalidRequest) {
    const row = { status: 400, title: 'Invalid request' };
    return { document: document('invalidRequest', row, error.message, error.errors), fault: false };
  }
  if (isStorageError(error)) {
    const row: Row = rows[error.code];
    const detail = error.message === error.code ? row.title : `${row.title}: ${error.message}`;
    return { document: document(error.code, row, detail), fault: row.status === 500 };
  }
  const status = httpStatusOf(error);
  if (status === 404) {
    return { document: document('notFound', { status, title: 'Not found' }, 'No such resource'), fault: false };
  }
  if (status !== undefined) {
    // Express and Ts.ED: a body that is no JSON, too large, or an unknown content type.
    const detail = error instanceof Error ? error.message : 'Bad request';
    return { document: document('invalidRequest', { status, title: 'Bad request' }, detail), fault: false };
  }
  const row = { status: 500, title: 'Internal error' };
  return { document: document('internal', row, 'See the log of the head'), fault: true };
}
