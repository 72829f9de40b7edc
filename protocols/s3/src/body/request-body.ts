import type { ByteSource, Headers } from '@polynas/http';
import type { ChecksumAlgorithm } from '../checksum/algorithms.ts';
import { checksumHeader, checksumOfHeader, digestFromBase64, toBase64 } from '../checksum/algorithms.ts';
import { invalidArgument, S3Error } from '../errors.ts';
import type { Authentication } from '../signature/authenticate.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import type { BodyCheck } from './body-reader.ts';
import { CheckedBody, tooBig } from './body-reader.ts';

/** What a row of the routing table says of the body. */
export interface BodyRule {
  /** `none`: no content may come. `document`: XML or JSON, read whole. `payload`: an object's bytes. */
  readonly kind: 'none' | 'document' | 'payload';
  /** Bytes. */
  readonly maximum: number;
  /** Whether `x-amz-checksum-*` speaks of this body; in CompleteMultipartUpload it speaks of the object. */
  readonly checksums: boolean;
}

/**
 * Sets up the decoding and the checks of a body from the request's headers. Everything that can be refused without
 * reading a byte is refused here, before `100 Continue`.
 *
 * @param headers joined values, lower-case names
 */
export function openBody(
  source: ByteSource,
  headers: Headers,
  authentication: Pick<Authentication<unknown>, 'payload' | 'chunkSigning'>,
  rule: BodyRule,
): CheckedBody {
  const { payload, chunkSigning } = authentication;
  const length = payload.kind === 'chunked' ? decodedLength(headers) : plainLength(headers, rule);
  if (rule.kind === 'none' && length > 0) throw new S3Error('UnexpectedContent');
  if (length > rule.maximum) {
    if (rule.kind === 'document') throw tooBig(rule.maximum);
    throw new S3Error('EntityTooLarge', { elements: { ProposedSize: length, MaxSizeAllowed: rule.maximum } });
  }

  const announced = announcedTrailers(headers, payload.kind === 'chunked' && payload.trailer);
  const trailers = new Map<string, string>();
  const checks: BodyCheck[] = [];
  const md5 = headers.get('content-md5');
  if (md5 !== undefined) checks.push(md5Check(md5));
  if (payload.kind === 'sha256') checks.push(payloadHashCheck(payload.hex));
  if (rule.checksums) checks.push(...checksumChecks(headers, announced, trailers));

  const decoded =
    payload.kind === 'chunked'
      ? decodeAwsChunked(source, {
          decodedLength: length,
          ...(chunkSigning === undefined ? {} : { signing: chunkSigning }),
          trailer: payload.trailer,
          announced,
          trailers,
        })
      : length === 0
        ? nothing
        : source;
  return new CheckedBody(decoded, { length, checks, trailers });
}

/** Most requests have no body: theirs need not wait for the socket. */
const nothing: ByteSource = {
  async *[Symbol.asyncIterator]() {
    // Yields nothing.
  },
};

/** `Content-Encoding` without the `aws-chunked` that was undone; `undefined` when nothing is left. */
export function withoutAwsChunked(contentEncoding: string): string | undefined {
  const codings = contentEncoding.split(',').map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked');
  if (kept.length === codings.length) return contentEncoding;
  return kept.length === 0 ? undefined : kept.join(', ');
}

/** The checksum algorithm that the client gives for this body, in a header or a trailer. */
export function declaredChecksum(headers: Headers): ChecksumAlgorithm | undefined {
  const announced = (headers.get('x-amz-trailer') ?? '').toLowerCase().split(',');
  for (const name of [...headers.keys(), ...announced.map((each) => each.trim())]) {
    const algorithm = checksumOfHeader(name);
    if (algorithm !== undefined) return algorithm;
  }
  return undefined;
}

function decodedLength(headers: Headers): number {
  const text = headers.get('x-amz-decoded-content-length');
  if (text === undefined) throw new S3Error('MissingContentLength');
  return parseLength('x-amz-decoded-content-length', text);
}

function plainLength(headers: Headers, rule: BodyRule): number {
  // AWS takes HTTP's own chunked coding only around aws-chunked, where the length is known all the same.
  if (headers.has('transfer-encoding')) {
    throw new S3Error('NotImplemented', { elements: { Header: 'Transfer-Encoding' } });
  }
  const text = headers.get('content-length');
  if (text !== undefined) return parseLength('content-length', text);
  if (rule.kind === 'payload') throw new S3Error('MissingContentLength');
  return 0;
}

function parseLength(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalidArgument(name, text);
  return Number(text);
}

/** Only checksums can trail (S3 API Reference, PutObject, `x-amz-trailer`). */
function announcedTrailers(headers: Headers, trailer: boolean): readonly string[] {
  const text = headers.get('x-amz-trailer');
  if (text === undefined || !trailer) return [];
  const names = text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.some((name) => checksumOfHeader(name) === undefined) || new Set(names).size !== names.length) {
    throw new S3Error('InvalidRequest', {
      message: 'The value specified in the x-amz-trailer header is not supported',
    });
  }
  return names;
}

function md5Check(text: string): BodyCheck {
  const expected = digestFromBase64('MD5', text.trim());
  if (expected === undefined) throw new S3Error('InvalidDigest', { elements: { 'Content-MD5': text } });
  return {
    algorithm: 'MD5',
    expected: () => expected,
    mismatch: (right, computed) =>
      new S3Error('BadDigest', {
        elements: { ExpectedDigest: toBase64(right), CalculatedDigest: toBase64(computed) },
      }),
  };
}

function payloadHashCheck(hex: string): BodyCheck {
  const expected = Buffer.from(hex, 'hex');
  return {
    algorithm: 'SHA256',
    expected: () => expected,
    mismatch: (_, computed) =>
      new S3Error('XAmzContentSHA256Mismatch', {
        elements: {
          ClientComputedContentSHA256: hex,
          S3ComputedContentSHA256: Buffer.from(computed).toString('hex'),
        },
      }),
  };
}

/** Headers beside a checksum's value that share its prefix. */
const notValues = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-mode', 'x-amz-checksum-type']);

function checksumChecks(
  headers: Headers,
  announced: readonly string[],
  trailers: ReadonlyMap<string, string>,
): BodyCheck[] {
  const inHeaders = [...headers.keys()].filter((name) => name.startsWith('x-amz-checksum-') && !notValues.has(name));
  const names = [...inHeaders, ...announced];
  if (names.length > 1) {
    throw new S3Error('InvalidRequest', {
      message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    });
  }
  const name = names[0];
  const algorithm = name === undefined ? undefined : checksumOfHeader(name);
  if (name !== undefined && algorithm === undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'The algorithm type you specified in x-amz-checksum- header is invalid.',
    });
  }
  const sdkAlgorithm = headers.get('x-amz-sdk-checksum-algorithm');
  if (sdkAlgorithm !== undefined && sdkAlgorithm.toUpperCase() !== (algorithm ?? '')) {
    throw new S3Error('InvalidRequest', {
      message:
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    });
  }
  if (algorithm === undefined) return [];
  const header = checksumHeader(algorithm);
  const inHeader = headers.get(header);
  // A value in a header is refused before the body is asked for; one in a trailer can only be looked at later.
  const early = inHeader === undefined ? undefined : checksumValue(algorithm, inHeader);
  return [
    {
      algorithm,
      expected: () => early ?? checksumValue(algorithm, trailers.get(header) ?? ''),
      mismatch: () =>
        new S3Error('BadDigest', { message: `The ${algorithm} you specified did not match the calculated checksum.` }),
    },
  ];
}

function checksumValue(algorithm: ChecksumAlgorithm, text: string): Uint8Array {
  const digest = digestFromBase64(algorithm, text.trim());
  if (digest === undefined) {
    throw new S3Error('InvalidRequest', { message: `Value for ${checksumHeader(algorithm)} header is invalid.` });
  }
  return digest;
}
