import { type Reader, WireError } from '@polynas/core/wire';

/** Tags that SPNEGO uses (X.690 §8). */
export const Tag = {
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  ENUMERATED: 0x0a,
  GENERAL_STRING: 0x1b,
  SEQUENCE: 0x30,
  /** `[APPLICATION 0]`, constructed. */
  APPLICATION_0: 0x60,
  /** `[0]`, constructed; the next ones follow. */
  CONTEXT_0: 0xa0,
} as const;

/** One element: its tag and what lies in it. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** Reads one element with a tag of one byte and a definite length (X.690 §8.1). */
export function readElement(r: Reader): Element {
  const tag = r.u8();
  const first = r.u8();
  if (first < 0x80) return { tag, content: r.bytes(first) };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new WireError('indefinite or absurd DER length');
  let length = 0;
  for (let index = 0; index < count; index++) length = length * 256 + r.u8();
  return { tag, content: r.bytes(length) };
}

/** The content of the next element, which must have this tag. */
export function readTagged(r: Reader, tag: number): Uint8Array {
  const element = readElement(r);
  if (element.tag !== tag) throw new WireError(`DER tag ${element.tag} where ${tag} is due`);
  return element.content;
}

/** Encodes one element around its contents. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const content of contents) length += content.length;
  const lengthBytes: number[] = [];
  if (length < 0x80) lengthBytes.push(length);
  else {
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) lengthBytes.unshift(rest % 256);
    lengthBytes.unshift(0x80 | lengthBytes.length);
  }
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes), ...contents]);
}
