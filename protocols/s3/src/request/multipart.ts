import { invalidArgument } from '../errors.ts';
import type { Request } from './handle.ts';

/** The row demands that the parameter is there. */
export function uploadIdOf(request: Request): string {
  return request.query.get('uploadId') ?? '';
}

export function partNumberOf(request: Request): number {
  const text = request.query.get('partNumber') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 10_000) {
    throw invalidArgument('partNumber', text, 'Part number must be an integer between 1 and 10000, inclusive');
  }
  return number;
}
