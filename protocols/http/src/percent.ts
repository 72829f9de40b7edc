import { HttpFault } from './fault.ts';

/**
 * Percent-decodes a part of a request target. The input is what `node:http` gives: one character a byte. Throws
 * `badTarget` for a broken escape and for bytes that are not UTF-8, as keys are.
 */
export function decodePercent(raw: string): string {
  if (!/[%\u0080-\uffff]/.test(raw)) return raw;
  const bytes = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code > 0xff) throw new HttpFault('badTarget');
    if (code !== 0x25) {
      bytes[length++] = code;
      continue;
    }
    const high = hexValue(raw.charCodeAt(i + 1));
    const low = hexValue(raw.charCodeAt(i + 2));
    if (high < 0 || low < 0) throw new HttpFault('badTarget');
    bytes[length++] = (high << 4) | low;
    i += 2;
  }
  try {
    return utf8.decode(bytes.subarray(0, length));
  } catch (cause) {
    throw new HttpFault('badTarget', { cause });
  }
}

/** A byte-order mark is part of a key like any other character. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}

/** RFC 3986 §2.3 (SigV4's UriEncode): every UTF-8 byte but `A-Z a-z 0-9 - . _ ~` becomes `%XX`. */
export function encodePercent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
