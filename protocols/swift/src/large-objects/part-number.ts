import type { ObjectInfo } from '@polynas/core/service';
import type { ByteRange, Headers } from '@polynas/http';
import { SwiftError, badRequest } from '../errors.ts';
import type { Request } from '../request/request.ts';
import { objectHeaders } from '../reply/object-headers.ts';

/** One part of a large object, as `?part-number=` asks for it. */
export interface Part {
  readonly range: ByteRange;
  /** The request's headers with the range of the part. */
  readonly headers: Headers;
  readonly replyHeaders: Readonly<Record<string, string>>;
}

/** `undefined` where none is asked for. An object of one piece is its own first part. */
export function partOf(request: Request, info: ObjectInfo): Part | undefined {
  const text = request.target.query.get('part-number');
  if (text === undefined) return undefined;
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw badRequest('Part number must be an integer greater than 0');
  if (request.headers.has('range')) throw badRequest('Range requests are not supported with part number queries');
  const parts = info.parts ?? [{ size: info.size }];
  const part = parts[number - 1];
  if (part === undefined) {
    throw new SwiftError('RangeNotSatisfiable', {
      message: 'The requested part number is not satisfiable',
      headers: {
        ...objectHeaders(info),
        'content-range': `bytes */${info.size}`,
        'x-parts-count': String(parts.length),
      },
    });
  }
  const start = parts.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  const end = start + part.size;
  return {
    range: { start, end },
    headers: new Map([...request.headers, ['range', `bytes=${start}-${end - 1}`]]),
    replyHeaders: info.parts === undefined ? {} : { 'x-parts-count': String(parts.length) },
  };
}
