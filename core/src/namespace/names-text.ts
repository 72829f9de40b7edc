import type { Name } from '../spi/index.ts';

/**
 * Names are bytes, keys are text. Valid UTF-8 is shown as it is; a byte that is in no character becomes three characters that sort
 * where the byte sorts: the greatest character below it, U+10FFFF, and the byte in hexadecimal. So keys in order are names in order,
 * and a directory is listed in order of keys without reading all of it (docs/decisions/object-keys.md).
 * U+10FFFF itself (a noncharacter) is followed by `0`.
 */
const mark = '\u{10FFFF}';
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 as text, or `undefined` when it is none. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined; // A name that is no UTF-8 is nothing wrong: the caller has another way to show it.
  }
}

/** The text that stands for a name. One name, one text, in the same order. */
export function textOfName(name: Name): string {
  const text = decodeUtf8(name);
  if (text !== undefined && !text.includes(mark)) return text;
  let shown = '';
  for (let at = 0; at < name.length;) {
    const found = characterAt(name, at);
    if (found.length > 0) {
      shown += literal(found.point);
      at += found.length;
    } else {
      shown += `${literal(found.point)}${mark}${name[at]!.toString(16)}`;
      at += 1;
    }
  }
  return shown;
}

/** The name that a text stands for; `undefined` where no name is shown like that. */
export function nameOfText(text: string): Buffer | undefined {
  if (!text.includes(mark)) return Buffer.from(text);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(at)!);
    at += character.length;
    if (character !== mark) {
      pieces.push(Buffer.from(character));
    } else if (text[at] === '0') {
      pieces.push(Buffer.from(mark));
      at += 1;
    } else {
      if (!/^[89a-f][0-9a-f]/.test(text.slice(at, at + 2))) return undefined;
      pieces.pop();
      pieces.push(Uint8Array.of(Number.parseInt(text.slice(at, at + 2), 16)));
      at += 2;
    }
  }
  const name = Buffer.concat(pieces);
  return textOfName(name) === text ? name : undefined;
}

function literal(point: number): string {
  return point === 0x10ffff ? `${mark}0` : String.fromCodePoint(point);
}

/** The character at `at` with its length; with length 0 the greatest character that sorts below what is there (Unicode 16, table 3-7). */
function characterAt(bytes: Name, at: number): { readonly point: number; readonly length: number } {
  const lead = bytes[at]!;
  if (lead < 0x80) return { point: lead, length: 1 };
  if (lead < 0xc2) return { point: 0x7f, length: 0 };
  if (lead > 0xf4) return { point: 0x10ffff, length: 0 };
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let point = lead & (0x7f >> length);
  for (let index = 1; index < length; index += 1) {
    const [low, high] = index === 1 ? secondBytes(lead) : [0x80, 0xbf];
    const byte = bytes[at + index] ?? -1;
    const rest = 6 * (length - 1 - index);
    if (byte > high) return { point: (((point << 6) | (high & 0x3f)) << rest) | ((1 << rest) - 1), length: 0 };
    if (byte < low) {
      const below = (((point << 6) | (low & 0x3f)) << rest) - 1;
      return { point: below === 0xdfff ? 0xd7ff : below, length: 0 };
    }
    point = (point << 6) | (byte & 0x3f);
  }
  return { point, length };
}

/** What may follow a lead byte: neither over-long forms, nor surrogates, nor what lies above U+10FFFF. */
function secondBytes(lead: number): readonly [low: number, high: number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
