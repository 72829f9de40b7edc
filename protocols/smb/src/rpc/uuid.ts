import type { Reader, Writer } from '@polynas/core/wire';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** A UUID (C706 appendix A) of a little-endian sender, as its text in lower case. */
export function readUuid(r: Reader): string {
  const [low, middle, high] = [r.u32le(), r.u16le(), r.u16le()];
  const rest = Buffer.from(r.bytes(8)).toString('hex');
  return `${hex(low, 8)}-${hex(middle, 4)}-${hex(high, 4)}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

export function writeUuid(w: Writer, uuid: string): void {
  const [low, middle, high, ...rest] = uuid.split('-') as [string, string, string, ...string[]];
  w.u32le(Number.parseInt(low, 16));
  w.u16le(Number.parseInt(middle, 16));
  w.u16le(Number.parseInt(high, 16));
  w.bytes(Buffer.from(rest.join(''), 'hex'));
}
