import type { Query, RawHeaders } from '@polynas/http';
import { firstValue } from '@polynas/http';
import { invalidArgument, S3Error } from '../errors.ts';
import { formatIsoSeconds } from './amz-date.ts';
import { headerMalformed, parseAuthorizationHeader } from './authorization-header.ts';
import { canonicalRequest, stringToSign } from './canonical-request.ts';
import type { ChunkSigning } from './chunk-verifier.ts';
import type { SignatureClaim } from './claim.ts';
import { scopeText } from './claim.ts';
import type { PayloadMode } from './payload-mode.ts';
import { parsePayloadMode } from './payload-mode.ts';
import { isPresigned, isPresignedV2, parsePresignedQuery, queryError } from './presigned-query.ts';
import type { SigningKeyCache } from './signing-key.ts';
import { hmac, sameSignature } from './signing-key.ts';

/** A secret and who it stands for. */
export interface Credential<P> {
  readonly secret: string;
  readonly principal: P;
}

export interface AuthenticationOptions<P> {
  readonly credentials: (accessKeyId: string) => Promise<Credential<P> | undefined>;
  /**
   * Who acts in a request without a signature; without this, or when it answers `undefined`, such a request is
   * refused with `AccessDenied`.
   */
  readonly anonymous?: () => Promise<P | undefined>;
  /** The region that clients must sign for, or `any`. */
  readonly region: string;
  readonly anyRegion: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly keys: SigningKeyCache;
}

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Decoded path as sent. */
  readonly path: string;
  readonly query: Query;
  readonly headers: RawHeaders;
}

export interface Authentication<P> {
  readonly principal: P;
  /** `undefined` for an anonymous request. */
  readonly accessKeyId: string | undefined;
  readonly payload: PayloadMode;
  /** Present exactly when `payload` is chunked and signed. */
  readonly chunkSigning?: ChunkSigning;
}

/** Milliseconds: 15 minutes. */
const maximumSkew = 900_000;

/** Establishes who sent a request, or throws what AWS answers. The body is not looked at. */
export async function authenticate<P>(
  request: SignedRequest,
  options: AuthenticationOptions<P>,
): Promise<Authentication<P>> {
  const authorization = request.headers.get('authorization');
  const presigned = isPresigned(request.query);
  const presignedV2 = isPresignedV2(request.query);
  if (authorization !== undefined && (presigned || presignedV2 || authorization.length > 1)) {
    throw invalidArgument(
      'Authorization',
      authorization[0]!,
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    );
  }
  if (presignedV2) {
    throw new S3Error('InvalidRequest', {
      message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    });
  }
  if (authorization === undefined && !presigned) return anonymous(request, options);

  const claim =
    authorization === undefined
      ? parsePresignedQuery(request.query)
      : parseAuthorizationHeader(authorization[0]!, request.headers);
  checkScope(claim, options);
  checkTime(claim, options.now());
  checkSignedHeaders(claim, request.headers);
  // Temporary credentials are not issued here, so no token can be one of ours.
  const token = firstValue(request.headers, 'x-amz-security-token') ?? request.query.get('X-Amz-Security-Token');
  if (token !== undefined) throw new S3Error('InvalidToken', { elements: { 'Token-0': token } });

  const payloadHash = payloadHashOf(claim, request);
  // An unsigned hash beside a presigned URL is no part of the signature, but what it promises is held to.
  const unsignedHash = claim.form === 'query' ? firstValue(request.headers, 'x-amz-content-sha256') : undefined;
  const payload = parsePayloadMode(payloadHash === 'UNSIGNED-PAYLOAD' ? (unsignedHash ?? payloadHash) : payloadHash);
  const credential = await options.credentials(claim.credential.accessKeyId);
  if (credential === undefined) {
    throw new S3Error('InvalidAccessKeyId', { elements: { AWSAccessKeyId: claim.credential.accessKeyId } });
  }

  const canonical = canonicalRequest(
    request.method,
    request.path,
    request.query,
    request.headers,
    claim.signedHeaders,
    payloadHash,
    claim.form === 'query' ? 'X-Amz-Signature' : undefined,
  );
  const scope = scopeText(claim.credential);
  const toSign = stringToSign(claim.timestamp, scope, canonical);
  const signingKey = options.keys.get(credential.secret, claim.credential);
  if (!sameSignature(claim.signature, hmac(signingKey, toSign))) throw doesNotMatch(claim, toSign, canonical);

  const { principal } = credential;
  const { accessKeyId } = claim.credential;
  if (payload.kind !== 'chunked' || !payload.signed) return { principal, accessKeyId, payload };
  const chunkSigning = { signingKey, timestamp: claim.timestamp, scope, seed: claim.signature };
  return { principal, accessKeyId, payload, chunkSigning };
}

async function anonymous<P>(request: SignedRequest, options: AuthenticationOptions<P>): Promise<Authentication<P>> {
  const principal = await options.anonymous?.();
  if (principal === undefined) throw new S3Error('AccessDenied');
  const payload = parsePayloadMode(firstValue(request.headers, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD');
  // Without a seed signature there is no chain to follow.
  if (payload.kind === 'chunked' && payload.signed) throw new S3Error('AccessDenied');
  return { principal, accessKeyId: undefined, payload };
}

function checkScope(claim: SignatureClaim, options: { readonly region: string; readonly anyRegion: boolean }): void {
  const { date, region, service, terminal } = claim.credential;
  const fail = (reason: string, elements: Readonly<Record<string, string>> = {}): S3Error =>
    claim.form === 'header'
      ? headerMalformed(reason, elements)
      : queryError(`Error parsing the X-Amz-Credential parameter; ${reason}`, elements);
  if (!/^\d{8}$/.test(date)) {
    throw fail(`incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`);
  }
  if (service !== 's3') throw fail(`incorrect service "${service}". This endpoint belongs to "s3".`);
  if (terminal !== 'aws4_request') {
    throw fail(`incorrect terminal "${terminal}". This endpoint uses "aws4_request".`);
  }
  if (region === '' || (!options.anyRegion && region !== options.region)) {
    throw fail(`the region '${region}' is wrong; expecting '${options.region}'`, { Region: options.region });
  }
  if (claim.timestamp.slice(0, 8) !== date) {
    throw fail(
      `Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${claim.timestamp.slice(0, 8)}".`,
    );
  }
}

function checkTime(claim: SignatureClaim, now: number): void {
  if (claim.expires === undefined) {
    if (Math.abs(now - claim.time) <= maximumSkew) return;
    throw new S3Error('RequestTimeTooSkewed', {
      elements: {
        RequestTime: claim.timestamp,
        ServerTime: formatIsoSeconds(now),
        MaxAllowedSkewMilliseconds: maximumSkew,
      },
    });
  }
  if (claim.time - now > maximumSkew) {
    throw new S3Error('AccessDenied', {
      message: 'Request is not yet valid',
      elements: { 'X-Amz-Date': claim.timestamp, ServerTime: formatIsoSeconds(now) },
    });
  }
  const end = claim.time + claim.expires * 1000;
  if (now > end) {
    throw new S3Error('AccessDenied', {
      message: 'Request has expired',
      elements: {
        'X-Amz-Expires': claim.expires,
        Expires: formatIsoSeconds(end),
        ServerTime: formatIsoSeconds(now),
      },
    });
  }
}

/**
 * `host` and every `x-amz-*` header must be covered, or somebody on the way could add, say, an ACL. In a presigned URL
 * the payload hash may come unsigned: it can only make the check of the body stricter.
 */
function checkSignedHeaders(claim: SignatureClaim, headers: RawHeaders): void {
  const missing: string[] = [];
  if (!claim.signedHeaders.includes('host')) missing.push('host');
  for (const name of headers.keys()) {
    if (!name.startsWith('x-amz-') || claim.signedHeaders.includes(name)) continue;
    if (claim.form === 'query' && name === 'x-amz-content-sha256') continue;
    missing.push(name);
  }
  if (missing.length === 0) return;
  throw new S3Error('AccessDenied', {
    message: 'There were headers present in the request which were not signed',
    elements: { HeadersNotSigned: missing.join(', ') },
  });
}

function payloadHashOf(claim: SignatureClaim, request: SignedRequest): string {
  const header = firstValue(request.headers, 'x-amz-content-sha256');
  if (claim.form === 'query') {
    const signed = claim.signedHeaders.includes('x-amz-content-sha256') ? header : undefined;
    return request.query.get('X-Amz-Content-Sha256') ?? signed ?? 'UNSIGNED-PAYLOAD';
  }
  if (header === undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'Missing required header for this request: x-amz-content-sha256',
    });
  }
  return header;
}

function doesNotMatch(claim: SignatureClaim, toSign: string, canonical: string): S3Error {
  return new S3Error('SignatureDoesNotMatch', {
    elements: {
      AWSAccessKeyId: claim.credential.accessKeyId,
      StringToSign: toSign,
      SignatureProvided: claim.signature,
      StringToSignBytes: spaced(toSign),
      CanonicalRequest: Buffer.from(canonical, 'latin1').toString('utf8'),
      CanonicalRequestBytes: spaced(canonical),
    },
  });
}

/** `41 57 53 …`, the form in which AWS shows bytes. */
function spaced(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ');
}
