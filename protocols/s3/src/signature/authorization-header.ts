import type { RawHeaders } from '@polynas/http';
import { firstValue, parseHttpDate } from '@polynas/http';
import { invalidArgument, S3Error } from '../errors.ts';
import { formatAmzDate, parseAmzDate } from './amz-date.ts';
import type { SignatureClaim } from './claim.ts';
import { parseCredential, parseSignedHeaders } from './claim.ts';

const unsupportedMechanism =
  'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';

/** Reads the `Authorization` header and the request's time. */
export function parseAuthorizationHeader(value: string, headers: RawHeaders): SignatureClaim {
  // SigV2 (`AWS id:signature`) and SigV4A are answered alike: known, not spoken here.
  if (/^AWS /.test(value) || /^AWS4-ECDSA-P256-SHA256/.test(value)) {
    throw new S3Error('InvalidRequest', { message: unsupportedMechanism });
  }
  const match = /^AWS4-HMAC-SHA256\s+(.*)$/s.exec(value);
  if (match === null) throw invalidArgument('Authorization', value, 'Unsupported Authorization Type');

  const fields = new Map<string, string>();
  for (const field of match[1]!.split(',')) {
    const equals = field.indexOf('=');
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const credentialText = fields.get('Credential');
  const signedHeadersText = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (credentialText === undefined)
    throw headerMalformed(
      'the authorization header requires three components: Credential, SignedHeaders, and Signature.',
    );
  const credential = parseCredential(credentialText);
  if (credential === undefined) {
    throw headerMalformed(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  if (signedHeadersText === undefined || signature === undefined) {
    throw headerMalformed(
      'the authorization header requires three components: Credential, SignedHeaders, and Signature.',
    );
  }
  const signedHeaders = parseSignedHeaders(signedHeadersText);
  if (signedHeaders === undefined) throw headerMalformed('the SignedHeaders component is mal-formed.');

  const time = requestTime(headers);
  return { form: 'header', credential, signedHeaders, signature, timestamp: formatAmzDate(time), time };
}

export function headerMalformed(reason: string, elements: Readonly<Record<string, string>> = {}): S3Error {
  return new S3Error('AuthorizationHeaderMalformed', {
    message: `The authorization header is malformed; ${reason}`,
    elements,
  });
}

/** `x-amz-date`, else `Date` (SigV4, "Date handling"). */
function requestTime(headers: RawHeaders): number {
  const amzDate = firstValue(headers, 'x-amz-date');
  const date = amzDate ?? firstValue(headers, 'date');
  const time = date === undefined ? undefined : (parseAmzDate(date) ?? parseHttpDate(date));
  if (time === undefined) {
    throw new S3Error('AccessDenied', { message: 'AWS authentication requires a valid Date or x-amz-date header' });
  }
  return time;
}
