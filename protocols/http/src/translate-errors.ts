import type { ObjectErrorCode, StorageErrorCode } from '@polynas/core/service';
import { isStorageError, ObjectError } from '@polynas/core/service';
import type { HttpFaultCode } from './fault.ts';
import { HttpFault } from './fault.ts';

/** What a dialect's clients are told: its word for each code, none left out. */
export interface ErrorTables<Word extends string> {
  readonly storage: Readonly<Record<StorageErrorCode, Word>>;
  readonly object: Readonly<Record<ObjectErrorCode, Word>>;
  readonly http: Readonly<Record<HttpFaultCode, Word>>;
  /** For what nobody foresaw: a fault of ours. */
  readonly unknown: Word;
}

/** A dialect's own error, which a handler throws that knows better than the tables. */
export type DialectError<Word extends string, E extends Error> = new (
  word: Word,
  details: { readonly cause: unknown; readonly headers?: Readonly<Record<string, string>> },
) => E;

/**
 * Turns whatever a handler threw into the dialect's own error.
 *
 * @param etagHeader an etag as the dialect's clients get it
 */
export function translateErrors<Word extends string, E extends Error>(
  Own: DialectError<Word, E>,
  { storage, object, http, unknown }: ErrorTables<Word>,
  etagHeader: (etag: string) => string,
): (thrown: unknown) => E {
  return (thrown) => {
    if (thrown instanceof Own) return thrown;
    if (isStorageError(thrown)) return new Own(storage[thrown.code], { cause: thrown });
    if (thrown instanceof HttpFault) return new Own(http[thrown.code], { cause: thrown });
    if (!(thrown instanceof ObjectError)) return new Own(unknown, { cause: thrown });
    const { etag } = thrown.detail;
    // RFC 9110 §15.4.5: a 304 carries the ETag that a 200 would.
    const headers = thrown.code === 'notModified' && etag !== undefined ? { etag: etagHeader(String(etag)) } : {};
    return new Own(object[thrown.code], { cause: thrown, headers });
  };
}
