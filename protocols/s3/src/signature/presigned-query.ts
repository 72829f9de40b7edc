import { S3Error } from '../errors.ts';
import type { Query } from '@polynas/http';
import { parseAmzDate } from './amz-date.ts';
import type { SignatureClaim } from './claim.ts';
import { parseCredential, parseSignedHeaders } from './claim.ts';

/** Seconds: seven days (S3 API Reference, "Authenticating requests: using query parameters"). */
const maximumExpires = 604_800;

/** Whether the query carries a signature at all, of whatever version. */
export function isPresigned(query: Query): boolean {
  return query.has('X-Amz-Algorithm') || query.has('X-Amz-Credential') || query.has('X-Amz-Signature');
}

/** SigV2's presigned URL. */
export function isPresignedV2(query: Query): boolean {
  return query.has('AWSAccessKeyId') && query.has('Signature');
}

/** Reads the `X-Amz-*` parameters. Throws `AuthorizationQueryParametersError`. */
export function parsePresignedQuery(query: Query): SignatureClaim {
  const algorithm = query.get('X-Amz-Algorithm');
  const credentialText = query.get('X-Amz-Credential');
  const signature = query.get('X-Amz-Signature');
  const timestamp = query.get('X-Amz-Date');
  const signedHeadersText = query.get('X-Amz-SignedHeaders');
  const expiresText = query.get('X-Amz-Expires');
  if (
    algorithm === undefined ||
    credentialText === undefined ||
    signature === undefined ||
    timestamp === undefined ||
    signedHeadersText === undefined ||
    expiresText === undefined
  ) {
    throw queryError(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  if (algorithm !== 'AWS4-HMAC-SHA256') throw queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const credential = parseCredential(credentialText);
  if (credential === undefined) {
    throw queryError(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  const time = parseAmzDate(timestamp);
  if (time === undefined) {
    throw queryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  if (/^-\d+$/.test(expiresText)) throw queryError('X-Amz-Expires must be non-negative');
  if (!/^\d{1,15}$/.test(expiresText)) throw queryError('X-Amz-Expires should be a number');
  const expires = Number(expiresText);
  if (expires > maximumExpires) {
    throw queryError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  const signedHeaders = parseSignedHeaders(signedHeadersText);
  if (signedHeaders === undefined) throw queryError('Error parsing the X-Amz-SignedHeaders parameter.');
  return { form: 'query', credential, signedHeaders, signature, timestamp, time, expires };
}

export function queryError(message: string, elements: Readonly<Record<string, string>> = {}): S3Error {
  return new S3Error('AuthorizationQueryParametersError', { message, elements });
}
