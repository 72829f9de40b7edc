import type { ByteRange, Headers, Reply } from '@polynas/http';
import { contentRange, parseEntityTags, parseHttpDate, parseRanges } from '@polynas/http';
import { SwiftError } from '../errors.ts';
import type { Content, Piece } from './content.ts';
import { bytesPiece, PieceSource } from './content.ts';

export interface RangedReply {
  /** Of the whole, with `etag` and `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly modified: number;
  /** 128 random bits: no content holds them by accident. */
  readonly boundary: () => string;
  readonly renew?: (error: unknown) => Promise<Reply>;
}

/** Sends a content, or the ranges of it that the client asks for (RFC 9110 §14). Closes it when it rejects. */
export async function rangedReply(requestHeaders: Headers, content: Content, reply: RangedReply): Promise<Reply> {
  try {
    const ranges = wantedRanges(requestHeaders, content.size, reply);
    if (ranges === undefined) {
      return send(200, reply.headers, content, content.pieces(0, content.size), reply.renew);
    }
    if (ranges.length === 0) throw unsatisfiable(content.size, reply);
    const [range] = ranges as [ByteRange];
    if (ranges.length === 1) {
      const headers = { ...reply.headers, 'content-range': contentRange(range, content.size) };
      return send(206, headers, content, content.pieces(range.start, range.end), reply.renew);
    }
    const boundary = reply.boundary();
    const headers = { ...reply.headers, 'content-type': `multipart/byteranges;boundary=${boundary}` };
    const type = reply.headers['content-type'] ?? '';
    return send(206, headers, content, multipart(content, ranges, boundary, type), reply.renew);
  } catch (error) {
    await content.close();
    throw error;
  }
}

function send(
  status: number,
  headers: Readonly<Record<string, string>>,
  content: Content,
  pieces: readonly Piece[],
  renew: RangedReply['renew'],
): Reply {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const source = new PieceSource(pieces, () => content.close());
  return { status, headers, body: { length, source, ...(renew !== undefined && { renew }) } };
}

function multipart(content: Content, ranges: readonly ByteRange[], boundary: string, type: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const range of ranges) {
    const head = `--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, content.size)}\r\n\r\n`;
    pieces.push(bytesPiece(Buffer.from(head)), ...content.pieces(range.start, range.end));
    pieces.push(bytesPiece(Buffer.from('\r\n')));
  }
  return [...pieces, bytesPiece(Buffer.from(`--${boundary}--`))];
}

/** `undefined`: the whole. */
function wantedRanges(headers: Headers, size: number, reply: RangedReply): readonly ByteRange[] | undefined {
  const wanted = headers.get('range');
  return wanted === undefined || !stillApplies(headers.get('if-range'), reply) ? undefined : parseRanges(wanted, size);
}

/** RFC 9110 §13.1.5: when `If-Range` does not name this content, the whole is sent. */
function stillApplies(condition: string | undefined, { headers, modified }: RangedReply): boolean {
  if (condition === undefined) return true;
  const time = parseHttpDate(condition);
  if (time !== undefined) return time === modified * 1000;
  const etag = (headers['etag'] ?? '').replaceAll('"', '');
  return (parseEntityTags(condition, 'strong') ?? []).includes(etag);
}

function unsatisfiable(size: number, { headers }: RangedReply): SwiftError {
  // RFC 9110 §15.5.17.
  const { etag = '', 'accept-ranges': accepted = 'bytes' } = headers;
  return new SwiftError('RangeNotSatisfiable', {
    headers: { 'content-range': `bytes */${size}`, 'accept-ranges': accepted, etag },
  });
}
