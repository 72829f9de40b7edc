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

const unitBytes: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4, p: 1024 ** 5 };

/** A size such as `500000`, `100G` or `1.5 TiB`, in bytes; `undefined` for what is none. Units are powers of 1024. */
export function bytesOf(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*(?:([kmgtp])i?b?|b)?$/i.exec(text.trim());
  const value = Math.round(Number(parts?.[1]) * (unitBytes[parts?.[2]?.toLowerCase() ?? ''] ?? 1));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A size; 0 is none at all. */
export function parseBytes(text: string): number {
  const value = bytesOf(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('Expected a size such as 500000, 100G or 1.5TiB.');
}

export function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}

/** Octal permission bits. */
export function parseMode(text: string): number {
  if (/^(0o?)?[0-7]{3,4}$/.test(text)) return Number.parseInt(text.replace(/^0o?/, ''), 8);
  throw new InvalidArgumentError('Expected octal permission bits such as 0770.');
}
