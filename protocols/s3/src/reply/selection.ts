import type { ObjectChecksums, ObjectInfo } from '@polynas/core/service';
import type { ByteRange } from '@polynas/http';
import { contentRange, parseEntityTags, parseHttpDate } from '@polynas/http';
import { invalidArgument, S3Error } from '../errors.ts';
import type { Request } from '../request/handle.ts';
import { parseRange } from '../request/range.ts';
import { checksumHeaders } from './checksums.ts';
import { objectHeaders, responseOverrides } from './object-headers.ts';

/** What of an object a GET or HEAD asks for. */
export interface Selection {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  readonly range: ByteRange;
}

/** Applies `Range`, `partNumber`, `response-…` and `x-amz-checksum-mode`. Throws `InvalidRange`, `InvalidPartNumber`. */
export function selectContent(request: Request, info: ObjectInfo): Selection {
  const headers = { ...objectHeaders(info), ...responseOverrides(request) };
  const whole: ByteRange = { start: 0, end: info.size };
  const wanted = request.headers.get('range');
  const partNumber = request.query.get('partNumber');
  if (partNumber !== undefined) {
    if (wanted !== undefined) {
      throw new S3Error('InvalidRequest', {
        message: 'Cannot specify both Range header and partNumber query parameter',
      });
    }
    return selectPart(request, info, partNumber, headers);
  }
  const range = wanted === undefined || !rangeStillApplies(request, info) ? undefined : parseRange(wanted, info.size);
  if (range === undefined)
    return { status: 200, headers: withChecksums(request, headers, info.checksums), range: whole };
  headers['content-range'] = contentRange(range, info.size);
  // A checksum of the whole says nothing of a piece; one of exactly this part would.
  const part = partsWithOffsets(info).find((each) => each.start === range.start && each.end === range.end);
  return { status: 206, headers: withChecksums(request, headers, part?.checksums), range };
}

function selectPart(request: Request, info: ObjectInfo, text: string, headers: Record<string, string>): Selection {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 10_000) {
    throw invalidArgument('partNumber', text, 'Part number must be an integer between 1 and 10000, inclusive');
  }
  const parts = partsWithOffsets(info);
  // An object that came in one piece is its own first part.
  const part =
    parts.length === 0 && number === 1 ? { start: 0, end: info.size, checksums: info.checksums } : parts[number - 1];
  if (part === undefined) {
    throw new S3Error('InvalidPartNumber', {
      elements: { ActualPartCount: Math.max(parts.length, 1), PartNumberRequested: number },
    });
  }
  if (parts.length > 0) headers['x-amz-mp-parts-count'] = String(parts.length);
  if (info.size > 0) headers['content-range'] = contentRange(part, info.size);
  return { status: 206, headers: withChecksums(request, headers, part.checksums), range: part };
}

/** RFC 9110 §13.1.5: when `If-Range` does not name this content, the whole object is sent. */
function rangeStillApplies(request: Request, info: ObjectInfo): boolean {
  const condition = request.headers.get('if-range');
  if (condition === undefined) return true;
  const time = parseHttpDate(condition);
  if (time !== undefined) return time === info.modified.seconds * 1000;
  return (parseEntityTags(condition, 'strong') ?? []).includes(info.etag);
}

function withChecksums(
  request: Request,
  headers: Record<string, string>,
  checksums: ObjectChecksums | undefined,
): Record<string, string> {
  if (request.headers.get('x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED') return headers;
  return { ...headers, ...checksumHeaders(checksums) };
}

/** The type that is shown with a part's checksum is that of the object's. */
interface PlacedPart extends ByteRange {
  readonly checksums: ObjectChecksums | undefined;
}

/** In the order of the object; `partNumber` counts them from 1 without the gaps that upload numbers may have. */
function partsWithOffsets(info: ObjectInfo): PlacedPart[] {
  let offset = 0;
  return (info.parts ?? []).map((part) => {
    const start = offset;
    offset += part.size;
    return {
      start,
      end: offset,
      checksums: part.checksums && info.checksums && { ...part.checksums, type: info.checksums.type },
    };
  });
}
