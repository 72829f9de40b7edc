import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDigest, toBase64 } from '../checksum/algorithms.ts';
import { S3Error } from '../errors.ts';
import { deriveSigningKey, hmac } from '../signature/signing-key.ts';
import type { ChunkSigning } from '../signature/chunk-verifier.ts';
import type { AwsChunkedOptions } from './aws-chunked.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { openBody, withoutAwsChunked } from './request-body.ts';
import type { ByteSource } from '@polynas/http';

const scope = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  date: '20130524',
  region: 'us-east-1',
  service: 's3',
  terminal: 'aws4_request',
};
const signing = (seed: string): ChunkSigning => ({
  signingKey: deriveSigningKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope),
  timestamp: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
  seed,
});
const exampleSeed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';

async function* pieces(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

/** Cuts `whole` at the given places (taken modulo its length). */
function cut(whole: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return places.slice(1).map((end, i) => whole.subarray(places[i], end));
}

async function collect(source: ByteSource): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return 'none';
  } catch (error) {
    if (error instanceof S3Error) return error.code;
    throw error;
  }
}

const sha = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

function encodeSigned(chunks: readonly Uint8Array[], chain: ChunkSigning, trailer?: readonly [string, string]): Buffer {
  let previous = chain.seed;
  const sign = (algorithm: string, hashes: string): string => {
    previous = hmac(
      chain.signingKey,
      `${algorithm}\n${chain.timestamp}\n${chain.scope}\n${previous}\n${hashes}`,
    ).toString('hex');
    return previous;
  };
  const out: Uint8Array[] = [];
  for (const chunk of [...chunks, new Uint8Array()]) {
    const signature = sign('AWS4-HMAC-SHA256-PAYLOAD', `${sha('')}\n${sha(chunk)}`);
    out.push(Buffer.from(`${chunk.length.toString(16)};chunk-signature=${signature}\r\n`), chunk);
    if (chunk.length > 0) out.push(Buffer.from('\r\n'));
  }
  if (trailer !== undefined) {
    const line = `${trailer[0]}:${trailer[1]}`;
    out.push(
      Buffer.from(`${line}\r\nx-amz-trailer-signature:${sign('AWS4-HMAC-SHA256-TRAILER', sha(`${line}\n`))}\r\n`),
    );
  }
  out.push(Buffer.from('\r\n'));
  return Buffer.concat(out);
}

function options(change: Partial<AwsChunkedOptions>): AwsChunkedOptions {
  return { decodedLength: 0, trailer: false, announced: [], trailers: new Map(), ...change };
}

describe('aws-chunked', () => {
  const a = (n: number): Buffer => Buffer.alloc(n, 'a');

  it('the chunked upload example of the S3 API Reference', async () => {
    const body = Buffer.concat([
      Buffer.from('10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n'),
      a(65536),
      Buffer.from('\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n'),
      a(1024),
      Buffer.from('\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n'),
    ]);
    expect(body.length).toBe(66824);
    const decode = (bytes: Uint8Array): Promise<Buffer> =>
      collect(decodeAwsChunked(pieces(bytes), options({ decodedLength: 66560, signing: signing(exampleSeed) })));
    expect((await decode(body)).equals(a(66560))).toBe(true);
    const forged = Buffer.from(body);
    forged[70_000 - 4000] = 0x62;
    expect(await codeOf(decode(forged))).toBe('SignatureDoesNotMatch');
  });

  it('the trailing checksum example of the S3 API Reference, in its two layouts', async () => {
    for (const [blank, end] of [
      ['\r\n', ''],
      ['', '\r\n\r\n'],
      ['', '\r\n'],
    ]) {
      const body = Buffer.concat([
        Buffer.from('10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n'),
        a(65536),
        Buffer.from('\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n'),
        a(1024),
        Buffer.from(
          `\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n${blank}` +
            `x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435${end || '\n'}`,
        ),
      ]);
      const trailers = new Map<string, string>();
      const decoded = decodeAwsChunked(
        pieces(body),
        options({
          decodedLength: 66560,
          trailer: true,
          announced: ['x-amz-checksum-crc32c'],
          trailers,
          signing: signing('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'),
        }),
      );
      expect((await collect(decoded)).length).toBe(66560);
      expect(trailers.get('x-amz-checksum-crc32c')).toBe('sOO8/Q==');
    }
  });

  it('any segmentation decodes to the same, byte by byte included', async () => {
    const data = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 37) & 0xff);
    const chain = signing('0'.repeat(64));
    const encoded = encodeSigned([data.subarray(0, 9000), data.subarray(9000)], chain, ['x-amz-checksum-sha256', 'v']);
    const decode = (parts: Uint8Array[]): Promise<Buffer> =>
      collect(
        decodeAwsChunked(
          pieces(...parts),
          options({ decodedLength: 20_000, trailer: true, announced: ['x-amz-checksum-sha256'], signing: chain }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (at) => {
        expect((await decode(cut(encoded, at))).equals(data)).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect((await decode(cut(encoded, [...encoded.keys()]))).equals(data)).toBe(true);
  });

  it('any changed byte of a signed upload is noticed', async () => {
    const data = a(8300);
    const chain = signing('1'.repeat(64));
    const encoded = encodeSigned([data], chain, ['x-amz-checksum-crc32', 'AAAAAA==']);
    await fc.assert(
      fc.asyncProperty(fc.nat(encoded.length - 3), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const forged = Buffer.from(encoded);
        forged[at]! ^= flip;
        const got = collect(
          decodeAwsChunked(
            pieces(forged),
            options({ decodedLength: 8300, trailer: true, announced: ['x-amz-checksum-crc32'], signing: chain }),
          ),
        );
        const outcome = await codeOf(got);
        // The case of a size's digits or of a trailer's name, and white space, are the only changes without a meaning.
        if (outcome === 'none') expect((await got).equals(data)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['5\r\nhello\r\n0\r\n\r\n', 5, 'none'],
    ['0\r\n\r\n', 0, 'none'],
    ['5;x=y\r\nhello\r\n0\r\n\r\n', 5, 'none'],
    ['', 0, 'IncompleteBody'],
    ['5\r\nhel', 5, 'IncompleteBody'],
    ['5\r\nhello\r\n', 5, 'IncompleteBody'],
    ['5\r\nhello\r\n0\r\n\r\n', 6, 'IncompleteBody'],
    ['5\r\nhello\r\n0\r\n\r\n', 4, 'IncompleteBody'],
    ['5\r\nhelloXX0\r\n\r\n', 5, 'InvalidRequest'],
    ['zz\r\n', 5, 'InvalidRequest'],
    ['-5\r\nhello\r\n', 5, 'InvalidRequest'],
    ['ffffffffffffff\r\n', 5, 'InvalidRequest'],
    ['0\r\n\r\nmore', 0, 'InvalidRequest'],
    [`5;${'x'.repeat(2000)}\r\n`, 5, 'InvalidRequest'],
    ['0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 0, 'MalformedTrailerError'],
  ])('unsigned %j with %i bytes: %s', async (text, decodedLength, code) => {
    const decoded = decodeAwsChunked(pieces(Buffer.from(text)), options({ decodedLength, trailer: true }));
    expect(await codeOf(collect(decoded))).toBe(code);
  });

  it('only the last signed chunk may be small, and none may lack its signature', async () => {
    const chain = signing('2'.repeat(64));
    const decode = (encoded: Uint8Array, decodedLength: number): Promise<string> =>
      codeOf(collect(decodeAwsChunked(pieces(encoded), options({ decodedLength, signing: chain }))));
    expect(await decode(encodeSigned([a(10), a(10)], chain), 20)).toBe('InvalidChunkSizeError');
    expect(await decode(encodeSigned([a(8192), a(10)], chain), 8202)).toBe('none');
    expect(await decode(Buffer.from('5\r\nhello\r\n0\r\n\r\n'), 5)).toBe('InvalidRequest');
  });

  it('random bytes are an S3 error or a success', async () => {
    const grammar = fc
      .array(fc.constantFrom('5', '\r\n', '0', 'hello', ';chunk-signature=', 'x-amz-checksum-crc32:', 'a', '\n', ':'))
      .map((words) => Buffer.from(words.join('')));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), grammar), fc.nat(20), fc.boolean(), async (bytes, length, signed) => {
        const chain = signed ? { signing: signing('3'.repeat(64)) } : {};
        const announced = ['x-amz-checksum-crc32'];
        const decoded = decodeAwsChunked(
          pieces(bytes),
          options({ decodedLength: length, trailer: true, announced, ...chain }),
        );
        await codeOf(collect(decoded));
      }),
      { numRuns: 1500 },
    );
  });
});

describe('checks of a body', () => {
  const rule = { kind: 'payload', maximum: 1000, checksums: true } as const;
  const data = Buffer.from('hello world');
  const crc = createDigest('CRC32');
  crc.update(data);
  const crc32 = toBase64(crc.digest());
  const unsigned = { payload: { kind: 'unsigned' } } as const;
  const read = async (
    headers: Record<string, string>,
    payload: Parameters<typeof openBody>[2] = unsigned,
  ): Promise<string> =>
    codeOf((async () => collect(openBody(pieces(data), new Map(Object.entries(headers)), payload, rule)))());

  it.each([
    [{ 'content-length': '11' }, 'none'],
    [{}, 'MissingContentLength'],
    [{ 'transfer-encoding': 'chunked' }, 'NotImplemented'],
    [{ 'content-length': '12' }, 'IncompleteBody'],
    [{ 'content-length': '10' }, 'IncompleteBody'],
    [{ 'content-length': '1001' }, 'EntityTooLarge'],
    [{ 'content-length': '11', 'content-md5': createHash('md5').update(data).digest('base64') }, 'none'],
    [{ 'content-length': '11', 'content-md5': createHash('md5').digest('base64') }, 'BadDigest'],
    [{ 'content-length': '11', 'content-md5': 'YWJj' }, 'InvalidDigest'],
    [{ 'content-length': '11', 'x-amz-checksum-crc32': crc32 }, 'none'],
    [{ 'content-length': '11', 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    [{ 'content-length': '11', 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    [{ 'content-length': '11', 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-sha1': 'x' }, 'InvalidRequest'],
    [{ 'content-length': '11', 'x-amz-checksum-md4': 'x' }, 'InvalidRequest'],
    [{ 'content-length': '11', 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
  ])('%j: %s', async (headers, code) => {
    expect(await read(headers as Record<string, string>)).toBe(code);
  });

  it('the payload hash', async () => {
    const headers = { 'content-length': '11' };
    expect(await read(headers, { payload: { kind: 'sha256', hex: sha(data) } })).toBe('none');
    expect(await read(headers, { payload: { kind: 'sha256', hex: sha('') } })).toBe('XAmzContentSHA256Mismatch');
  });

  it('an unsigned trailer checksum, which the handler finds among the digests', async () => {
    const open = (value: string): ReturnType<typeof openBody> =>
      openBody(
        pieces(Buffer.from(`b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:${value}\r\n\r\n`)),
        new Map([
          ['x-amz-decoded-content-length', '11'],
          ['x-amz-trailer', 'x-amz-checksum-crc32'],
          ['x-amz-sdk-checksum-algorithm', 'CRC32'],
          ['transfer-encoding', 'chunked'],
        ]),
        { payload: { kind: 'chunked', signed: false, trailer: true } },
        rule,
      );
    const body = open(crc32);
    body.want('MD5');
    expect((await collect(body)).toString()).toBe('hello world');
    expect(toBase64(body.digests.get('CRC32')!)).toBe(crc32);
    expect(body.digests.get('MD5')!.length).toBe(16);
    expect(await codeOf(collect(open('AAAAAA==')))).toBe('BadDigest');
    expect(await codeOf(collect(open('zzz')))).toBe('InvalidRequest');
  });

  it('drops aws-chunked, and only that, from Content-Encoding', () => {
    expect(withoutAwsChunked('aws-chunked')).toBeUndefined();
    expect(withoutAwsChunked('gzip, aws-chunked')).toBe('gzip');
    expect(withoutAwsChunked('aws-chunked,gzip')).toBe('gzip');
  });
});
