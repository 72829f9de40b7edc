import { createHash } from 'node:crypto';
import { S3Error } from '../errors.ts';
import type { ChunkSigning } from '../signature/chunk-verifier.ts';
import { ChunkVerifier } from '../signature/chunk-verifier.ts';
import { Feed } from './feed.ts';
import type { ByteSource } from '@polynas/http';

export interface AwsChunkedOptions {
  /** `x-amz-decoded-content-length`. */
  readonly decodedLength: number;
  /** Present when each chunk is signed. */
  readonly signing?: ChunkSigning;
  /** Whether a trailer section may follow the last chunk. */
  readonly trailer: boolean;
  /** Lower-case names that `x-amz-trailer` announced. */
  readonly announced: readonly string[];
  /** Filled with the trailers, lower-case names, before the iteration ends. */
  readonly trailers: Map<string, string>;
}

/** `SIZE;chunk-signature=64 digits`, with room for extensions that we do not know. */
const maximumHeaderBytes = 1024;
const maximumTrailerBytes = 8 * 1024;

/**
 * Bytes of any signed chunk but the last (S3 API Reference, `InvalidChunkSizeError`). Unsigned chunks may be smaller:
 * the JavaScript SDK sends what its stream yields, and a small chunk costs no HMAC there.
 */
const minimumSignedChunk = 8192;

/**
 * Decodes the aws-chunked content coding (S3 API Reference, "Transferring payload in multiple chunks" and "Including
 * trailing headers"). Data is handed on as it comes: a chunk whose signature turns out wrong makes the iteration throw
 * later, so nothing may be published before the iteration has ended normally.
 */
export async function* decodeAwsChunked(source: ByteSource, options: AwsChunkedOptions): AsyncGenerator<Uint8Array> {
  const feed = new Feed(source);
  const verifier = options.signing === undefined ? undefined : new ChunkVerifier(options.signing);
  let remaining = options.decodedLength;
  let smallSeen = false;
  try {
    for (;;) {
      const { size, signature } = parseChunkHeader(await lineOf(feed, maximumHeaderBytes));
      if (verifier !== undefined && signature === undefined) throw malformedChunk('a chunk without a signature');
      // The declared length bounds what a header may claim.
      if (size > remaining) throw tooLong(options.decodedLength);
      if (verifier !== undefined && size > 0) {
        if (smallSeen) throw new S3Error('InvalidChunkSizeError');
        smallSeen = size < minimumSignedChunk;
      }
      const hash = verifier === undefined ? undefined : createHash('sha256');
      for (let left = size; left > 0;) {
        const data = await feed.take(left);
        if (data === undefined) throw new S3Error('IncompleteBody');
        left -= data.length;
        hash?.update(data);
        yield data;
      }
      remaining -= size;
      if (verifier !== undefined && !verifier.chunk(hash!.digest('hex'), signature!)) {
        throw new S3Error('SignatureDoesNotMatch');
      }
      if (size === 0) break;
      if ((await lineOf(feed, 2)) !== '') throw malformedChunk('data beyond the size of its chunk');
    }
    if (remaining > 0) throw new S3Error('IncompleteBody', { elements: lengths(options.decodedLength, remaining) });
    await readTrailers(feed, verifier, options);
    if (await feed.more()) throw malformedChunk('bytes after the last chunk');
  } finally {
    await feed.close();
  }
}

function parseChunkHeader(line: string): { size: number; signature: string | undefined } {
  const [sizeText, ...extensions] = line.split(';') as [string, ...string[]];
  // 13 hexadecimal digits stay below 2^53.
  if (!/^[0-9a-fA-F]{1,13}$/.test(sizeText)) throw malformedChunk('a size that is no number');
  const extension = extensions.find((candidate) => candidate.trim().startsWith('chunk-signature='));
  return { size: Number.parseInt(sizeText, 16), signature: extension?.trim().slice('chunk-signature='.length) };
}

/**
 * The trailer section: `name:value` lines, in a signed upload one `x-amz-trailer-signature:…` line, an empty line. The
 * documentation's own example closes the last chunk with an empty line of its own and ends without one: both forms are
 * read.
 */
async function readTrailers(
  feed: Feed,
  verifier: ChunkVerifier | undefined,
  options: AwsChunkedOptions,
): Promise<void> {
  let canonical = '';
  let signature: string | undefined;
  let bytes = 0;
  let lines = 0;
  let skipped = false;
  const expectsLines = options.announced.length > 0;
  for (;;) {
    if (!(await feed.more())) break;
    const line = await feed.line(maximumTrailerBytes - bytes);
    if (line === 'too long') throw malformedTrailer('too long');
    if (line === undefined) throw new S3Error('IncompleteBody');
    bytes += line.text.length;
    if (line.text === '') {
      if (!expectsLines || lines > 0 || skipped) break;
      skipped = true;
      continue;
    }
    lines++;
    if (!options.trailer || signature !== undefined) throw malformedTrailer('an unexpected line');
    const colon = line.text.indexOf(':');
    if (colon <= 0) throw malformedTrailer('a line without a name');
    const name = line.text.slice(0, colon).trim().toLowerCase();
    const value = line.text.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      signature = value;
      continue;
    }
    if (!options.announced.includes(name) || options.trailers.has(name)) throw malformedTrailer(name);
    options.trailers.set(name, value);
    canonical += `${name}:${value}\n`;
  }
  if (options.trailers.size !== options.announced.length) throw malformedTrailer('an announced trailer is missing');
  if (verifier === undefined || !expectsLines) return;
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  if (signature === undefined || !verifier.trailer(hash, signature)) throw new S3Error('SignatureDoesNotMatch');
}

async function lineOf(feed: Feed, limit: number): Promise<string> {
  const line = await feed.line(limit);
  if (line === undefined) throw new S3Error('IncompleteBody');
  if (line === 'too long') throw malformedChunk('a line that does not end');
  return line.text;
}

function malformedChunk(reason: string): S3Error {
  return new S3Error('InvalidRequest', { message: `The aws-chunked encoding of the body is malformed: ${reason}.` });
}

function malformedTrailer(reason: string): S3Error {
  return new S3Error('MalformedTrailerError', { cause: reason });
}

function tooLong(decodedLength: number): S3Error {
  return new S3Error('IncompleteBody', {
    message: 'The body holds more bytes than the x-amz-decoded-content-length header says.',
    elements: { NumberBytesExpected: decodedLength },
  });
}

function lengths(expected: number, missing: number): Readonly<Record<string, number>> {
  return { NumberBytesExpected: expected, NumberBytesProvided: expected - missing };
}
