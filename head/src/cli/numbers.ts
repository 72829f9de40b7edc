import { InvalidArgumentError } from 'commander';

/** A uid or gid. */
export function parseId(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= 4_294_967_294) return Number(text);
  throw new InvalidArgumentError('Expected a number from 0 to 4294967294.');
}

/** `100,200`; an empty text is no group at all. */
export function parseIds(text: string): readonly number[] {
  return text === '' ? [] : text.split(',').map(parseId);
}

/** Octal permission bits. */
export function parseMode(text: string): number {
  if (/^(0o?)?[0-7]{3,4}$/.test(text)) return Number.parseInt(text.replace(/^0o?/, ''), 8);
  throw new InvalidArgumentError('Expected octal permission bits such as 0770.');
}
