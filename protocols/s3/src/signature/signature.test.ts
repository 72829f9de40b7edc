import { collectHeaders, parseHttpDate } from '@polynas/http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { S3Error } from '../errors.ts';
import { toS3Error } from '../status.ts';
import { parseTarget } from '../http/target.ts';
import { formatAmzDate, parseAmzDate } from './amz-date.ts';
import type { Authentication, AuthenticationOptions } from './authenticate.ts';
import { authenticate } from './authenticate.ts';
import { canonicalPath, canonicalQuery } from './canonical-request.ts';
import { SigningKeyCache } from './signing-key.ts';

const accessKey = 'AKIAIOSFODNN7EXAMPLE';
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const may24 = Date.UTC(2013, 4, 24);

function options(change: Partial<AuthenticationOptions<string>> = {}): AuthenticationOptions<string> {
  return {
    credentials: async (id) => (id === accessKey ? { secret, principal: 'me' } : undefined),
    region: 'us-east-1',
    anyRegion: false,
    now: () => may24,
    keys: new SigningKeyCache(),
    ...change,
  };
}

function check(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  change: Partial<AuthenticationOptions<string>> = {},
): Promise<Authentication<string>> {
  const raw = collectHeaders(Object.entries(headers).flat());
  const { path, query } = parseTarget(target, headers['host'], []);
  return authenticate({ method, path, query, headers: raw }, options(change));
}

async function refusal(attempt: Promise<unknown>): Promise<S3Error> {
  const outcome = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof S3Error) return outcome;
  throw new Error(`no S3Error but ${String(outcome)}`);
}

function authorization(signedHeaders: string, signature: string, scope = '20130524/us-east-1/s3/aws4_request'): string {
  return `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

const getObject = {
  host: 'examplebucket.s3.amazonaws.com',
  range: 'bytes=0-9',
  'x-amz-content-sha256': emptyHash,
  'x-amz-date': '20130524T000000Z',
  authorization: authorization(
    'host;range;x-amz-content-sha256;x-amz-date',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ),
};

const presigned =
  '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
  '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
  '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
const presignedHeaders = { host: 'examplebucket.s3.amazonaws.com' };

describe('the examples of the S3 API Reference', () => {
  it('GET object', async () => {
    expect(await check('GET', '/test.txt', getObject)).toEqual({
      principal: 'me',
      accessKeyId: accessKey,
      payload: { kind: 'sha256', hex: emptyHash },
    });
  });

  it('PUT object, with a Date header', async () => {
    await check('PUT', '/test$file.text', {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization: authorization(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    });
  });

  it.each([
    ['/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
    ['/?prefix=J&max-keys=2', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('GET %s', async (target, signature) => {
    await check('GET', target, {
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-content-sha256': emptyHash,
      'x-amz-date': '20130524T000000Z',
      authorization: authorization('host;x-amz-content-sha256;x-amz-date', signature),
    });
  });

  it('presigned URL, to its last second', async () => {
    expect((await check('GET', presigned, presignedHeaders)).payload).toEqual({ kind: 'unsigned' });
    await check('GET', presigned, presignedHeaders, { now: () => may24 + 86_400_000 });
    const late = await refusal(check('GET', presigned, presignedHeaders, { now: () => may24 + 86_401_000 }));
    expect(late).toMatchObject({ code: 'AccessDenied', message: 'Request has expired' });
    expect(late.elements).toMatchObject({ 'X-Amz-Expires': 86400, Expires: '2013-05-25T00:00:00Z' });
    const early = await refusal(check('GET', presigned, presignedHeaders, { now: () => may24 - 901_000 }));
    expect(early).toMatchObject({ code: 'AccessDenied', message: 'Request is not yet valid' });
  });
});

describe('refusals of the header form', () => {
  const cases: [string, Record<string, string | undefined>, string, string?][] = [
    ['no signature', { authorization: undefined }, 'AccessDenied'],
    ['SigV2', { authorization: `AWS ${accessKey}:frJIUN8DYpKDtOLCwo//yllqDzg=` }, 'InvalidRequest', 'Please use AWS4'],
    ['SigV4A', { authorization: 'AWS4-ECDSA-P256-SHA256 Credential=x' }, 'InvalidRequest', 'Please use AWS4'],
    ['another scheme', { authorization: 'Bearer abc' }, 'InvalidArgument', 'Unsupported Authorization Type'],
    ['no components', { authorization: 'AWS4-HMAC-SHA256 x' }, 'AuthorizationHeaderMalformed', 'three components'],
    [
      'a broken credential',
      { authorization: 'AWS4-HMAC-SHA256 Credential=a/b,SignedHeaders=host,Signature=0' },
      'AuthorizationHeaderMalformed',
      'the Credential is mal-formed',
    ],
    [
      'the wrong region',
      { authorization: authorization('host', '0', '20130524/eu-west-1/s3/aws4_request') },
      'AuthorizationHeaderMalformed',
      "the region 'eu-west-1' is wrong; expecting 'us-east-1'",
    ],
    [
      'the wrong service',
      { authorization: authorization('host', '0', '20130524/us-east-1/ec2/aws4_request') },
      'AuthorizationHeaderMalformed',
      'incorrect service "ec2"',
    ],
    [
      'the wrong day',
      { authorization: authorization('host', '0', '20130523/us-east-1/s3/aws4_request') },
      'AuthorizationHeaderMalformed',
      'Invalid credential date',
    ],
    ['no date', { 'x-amz-date': undefined }, 'AccessDenied', 'valid Date or x-amz-date'],
    ['a date that is none', { 'x-amz-date': '20130230T000000Z' }, 'AccessDenied', 'valid Date or x-amz-date'],
    ['no payload hash', { 'x-amz-content-sha256': undefined }, 'InvalidRequest', 'Missing required header'],
    ['a strange payload hash', { 'x-amz-content-sha256': 'abc' }, 'InvalidArgument', 'x-amz-content-sha256 must be'],
    ['an unsigned x-amz header', { 'x-amz-acl': 'public-read' }, 'AccessDenied', 'not signed'],
    ['a changed header', { range: 'bytes=0-8' }, 'SignatureDoesNotMatch'],
    [
      'an empty signature',
      { authorization: getObject.authorization.replace(/Signature=.*/, 'Signature=') },
      'SignatureDoesNotMatch',
    ],
  ];
  it.each(cases)('%s', async (_, change, code, message = '') => {
    const headers = Object.fromEntries(
      Object.entries({ ...getObject, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const error = await refusal(check('GET', '/test.txt', headers));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('a token, an unknown key, a skewed clock, two mechanisms', async () => {
    const signed = authorization('host;x-amz-content-sha256;x-amz-date;x-amz-security-token', '0'.repeat(64));
    const token = { ...getObject, 'x-amz-security-token': 't', authorization: signed };
    expect((await refusal(check('GET', '/', token))).code).toBe('InvalidToken');
    const stranger = { ...getObject, authorization: getObject.authorization.replace(accessKey, 'NOBODY') };
    expect(await refusal(check('GET', '/', stranger))).toMatchObject({
      code: 'InvalidAccessKeyId',
      elements: { AWSAccessKeyId: 'NOBODY' },
    });
    for (const now of [may24 + 900_001, may24 - 900_001]) {
      const error = await refusal(check('GET', '/test.txt', getObject, { now: () => now }));
      expect(error).toMatchObject({ code: 'RequestTimeTooSkewed', status: 403 });
    }
    await check('GET', '/test.txt', getObject, { now: () => may24 + 900_000 });
    expect((await refusal(check('GET', presigned, getObject))).code).toBe('InvalidArgument');
  });

  it('shows what it computed', async () => {
    const error = await refusal(check('GET', '/other', getObject));
    expect(error.elements).toMatchObject({
      AWSAccessKeyId: accessKey,
      CanonicalRequest: expect.stringContaining(
        'GET\n/other\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n',
      ),
      StringToSign: expect.stringContaining('AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n'),
      StringToSignBytes: expect.stringMatching(/^41 57 53 34 2d/),
    });
  });

  it('any region, when told so; anonymous, when told so; a rotated secret at once', async () => {
    const elsewhere = { ...getObject, authorization: getObject.authorization.replace('us-east-1', 'eu-west-1') };
    expect((await refusal(check('GET', '/test.txt', elsewhere, { anyRegion: true }))).code).toBe(
      'SignatureDoesNotMatch',
    );
    const nobody = { host: 'h' };
    expect((await check('GET', '/', nobody, { anonymous: async () => 'nobody' })).principal).toBe('nobody');
    const keys = new SigningKeyCache();
    await check('GET', '/test.txt', getObject, { keys });
    const credentials = async (): Promise<{ secret: string; principal: string }> => ({
      secret: 'new',
      principal: 'me',
    });
    expect((await refusal(check('GET', '/test.txt', getObject, { keys, credentials }))).code).toBe(
      'SignatureDoesNotMatch',
    );
  });
});

describe('refusals of the query form', () => {
  it.each([
    ['X-Amz-Expires=86400', 'X-Amz-Expires=604801', 'AuthorizationQueryParametersError', 'less than a week'],
    ['X-Amz-Expires=86400', 'X-Amz-Expires=-1', 'AuthorizationQueryParametersError', 'non-negative'],
    ['X-Amz-Expires=86400', 'X-Amz-Expires=abc', 'AuthorizationQueryParametersError', 'should be a number'],
    ['&X-Amz-Expires=86400', '', 'AuthorizationQueryParametersError', 'requires the X-Amz-Algorithm'],
    ['AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1', 'AuthorizationQueryParametersError', 'only supports'],
    ['us-east-1', 'eu-west-1', 'AuthorizationQueryParametersError', "the region 'eu-west-1' is wrong"],
    ['20130524T000000Z', '2013-05-24', 'AuthorizationQueryParametersError', 'ISO8601 Long Format'],
    ['SignedHeaders=host', 'SignedHeaders=range', 'AccessDenied', 'not signed'],
    ['X-Amz-Expires=86400', 'X-Amz-Expires=86401', 'SignatureDoesNotMatch', ''],
    ['&X-Amz-Date', '&x-amz-acl=public-read&X-Amz-Date', 'SignatureDoesNotMatch', ''],
    ['&X-Amz-Date', '&X-Amz-Security-Token=t&X-Amz-Date', 'InvalidToken', ''],
  ])('%s → %s', async (from, to, code, message) => {
    const error = await refusal(check('GET', presigned.replace(from, to), presignedHeaders));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('SigV2', async () => {
    const target = '/b/k?AWSAccessKeyId=A&Expires=1&Signature=x';
    expect((await refusal(check('GET', target, presignedHeaders))).code).toBe('InvalidRequest');
  });
});

describe('canonical forms', () => {
  it('paths are encoded once and never normalised', () => {
    expect(canonicalPath("/a//b/../x/./+ %é*'()!~")).toBe('/a//b/../x/./%2B%20%25%C3%A9%2A%27%28%29%21~');
  });

  it('queries are sorted by name, then value, after encoding', () => {
    const { query } = parseTarget('/?b=2&a=%2F&uploads&b=1&a-=x&A=y', undefined, []);
    expect(canonicalQuery(query)).toBe('A=y&a=%2F&a-=x&b=1&b=2&uploads=');
  });

  it('dates', () => {
    expect(parseAmzDate('20130524T000000Z')).toBe(may24);
    for (const bad of ['20130524T240000Z', '20130524T000000', '2013', '20131324T000000Z', '20130431T000000Z']) {
      expect(parseAmzDate(bad)).toBeUndefined();
    }
    expect(parseHttpDate('Fri, 24 May 2013 00:00:00 GMT')).toBe(may24);
    expect(parseHttpDate('Fri May 24 00:00:00 2013')).toBe(may24);
    expect(parseHttpDate('1')).toBeUndefined();
    expect(formatAmzDate(may24)).toBe('20130524T000000Z');
  });
});

it('random requests are refused with an S3 error', async () => {
  const names = ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'date', 'host', 'x-amz-security-token'];
  const authorizationLike = fc
    .array(
      fc.constantFrom(
        'AWS4-HMAC-SHA256 ',
        'Credential=',
        'SignedHeaders=',
        'Signature=',
        ',',
        ';',
        '/',
        accessKey,
        '20130524/us-east-1/s3/aws4_request',
        'host',
        '%',
        'AWS ',
      ),
    )
    .map((pieces) => pieces.join(''));
  const latin1 = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(latin1, authorizationLike))),
      fc.oneof(
        latin1,
        fc.nat(presigned.length).map((at) => presigned.slice(0, at) + presigned.slice(at + 1)),
      ),
      async (headers, target) => {
        try {
          const { path, query } = parseTarget(target, 'h', ['s3.local']);
          await authenticate({ method: 'GET', path, query, headers: collectHeaders(headers.flat()) }, options());
        } catch (error) {
          expect(toS3Error(error).code).not.toBe('InternalError');
        }
      },
    ),
    { numRuns: 1500 },
  );
});
