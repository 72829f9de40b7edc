import type { ObjectBody } from '@polynas/core/service';
import type { ByteSource, Exchange, Headers } from '@polynas/http';
import { badRequest, SwiftError } from '../errors.ts';

/** The content of a request, pulled when it is wanted. */
export interface RequestBody {
  /** Bytes to come; `undefined` where the client does not say (`Transfer-Encoding: chunked`). */
  readonly length: number | undefined;
  /** There is a content, be it empty: the client gave a length, or sends chunks. */
  readonly announced: boolean;
  source(): ByteSource;
  /** Reads a document whole. Throws `RequestEntityTooLarge` beyond `maximum` bytes. */
  document(maximum: number): Promise<Buffer>;
}

/** Throws `BadRequest`, `NotImplemented` for lengths and codings that are none. */
export function openBody(exchange: Exchange, headers: Headers): RequestBody {
  const chunked = isChunked(headers.get('transfer-encoding'));
  const length = chunked ? undefined : contentLength(headers.get('content-length'));
  const source = (): ByteSource => (length === 0 ? nothing : exchange.body());
  return {
    length: chunked ? undefined : (length ?? 0),
    announced: chunked || length !== undefined,
    source: length === undefined && !chunked ? () => nothing : source,
    document: async (maximum) => {
      if (length !== undefined) checkSize(length, maximum);
      if (length === undefined && !chunked) return Buffer.alloc(0);
      exchange.hold(length ?? maximum);
      return readWhole(source(), maximum);
    },
  };
}

/** As the object service pulls it. `expected` is the client's MD5 in hex, checked before anything is published. */
export function toObjectBody(body: RequestBody, maximum: number, expected: string | undefined): ObjectBody {
  const { length } = body;
  if (length !== undefined) checkSize(length, maximum);
  const iterator = body.source()[Symbol.asyncIterator]();
  let received = 0;
  return {
    ...(length !== undefined && { length }),
    async read() {
      const next = await iterator.next();
      if (next.done === true) return undefined;
      received += next.value.length;
      checkSize(received, maximum);
      return next.value;
    },
    async finish(md5) {
      if (expected !== undefined && Buffer.from(md5).toString('hex') !== expected) {
        throw new SwiftError('UnprocessableEntity');
      }
      return undefined;
    },
  };
}

const nothing: ByteSource = {
  async *[Symbol.asyncIterator]() {
    // Yields nothing.
  },
};

function isChunked(coding: string | undefined): boolean {
  if (coding === undefined) return false;
  if (coding.toLowerCase() === 'chunked') return true;
  throw new SwiftError('NotImplemented', { message: 'Unsupported Transfer-Coding header value specified' });
}

function contentLength(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest('Invalid Content-Length header');
  return Number(text);
}

function checkSize(bytes: number, maximum: number): void {
  if (bytes > maximum) throw new SwiftError('RequestEntityTooLarge');
}

async function readWhole(source: ByteSource, maximum: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of source) {
    received += chunk.length;
    checkSize(received, maximum);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
