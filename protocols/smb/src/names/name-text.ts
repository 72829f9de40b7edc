import type { Name } from '@polynas/core/service';

/**
 * How names (bytes) are shown to SMB clients (UTF-16), and back.
 *
 * What Windows forbids in a name is shown by the private-use characters that macOS and cifs.ko (`mapposix`) use for it ("Services
 * for Macintosh"): control characters and `"*:<>?\|` from U+F001 on, and a space or full stop at the end of a name. A byte that is in no UTF-8
 * character, and the bytes of a character that would be taken for such a stand-in, is shown as U+10FFFF (a noncharacter) and two
 * hexadecimal digits. So each name has one text, and no text stands for two names.
 */
const MARK = '\u{10FFFF}';
const MARK_POINT = 0x10ffff;

const STAND_INS = 0xf000;
/** U+F020 … U+F027 stand for these, in this order. */
const FORBIDDEN = '"*:<>?\\|';
const FIRST_FORBIDDEN = 0xf020;
const LAST_FORBIDDEN = 0xf027;
const FINAL_SPACE = 0xf028;
const FINAL_STOP = 0xf029;

/** What is not shown as it is; U+FFFD is what invalid UTF-8 is decoded to. A surrogate pair of U+10FFFF begins with U+DBFF. */
const SPECIAL = /[\u0001-\u001f"*:<>?\\|\uf001-\uf029\ufffd\udbff]|[ .]$/;
/** What a text may not hold as it is (MS-FSCC 2.1.5). */
const NEVER = /[\u0000-\u001f"*:<>?\\|/]/;
/** What makes a text stand for other bytes than its UTF-8. */
const STANDING_IN = /[\uf001-\uf029\udbff]/;

/** The text that stands for a name. */
export function textOfName(name: Name): string {
  const text = Buffer.from(name.buffer, name.byteOffset, name.length).toString('utf8');
  return SPECIAL.test(text) ? shown(name) : text;
}

/**
 * The name that a text stands for; `undefined` where none is shown like that, and for what no name may be. A space or full stop at the end is taken as it
 * is, too, as from clients that do not map it.
 */
export function nameOfText(text: string): Name | undefined {
  if (text === '' || text === '.' || text === '..' || NEVER.test(text) || !text.isWellFormed()) return undefined;
  if (!STANDING_IN.test(text)) return Buffer.from(text, 'utf8');
  const name = meant(text);
  if (name === undefined || isDots(name)) return undefined;
  // Only where bytes are spelled out can a text be another one than that of its name.
  return text.includes(MARK) && shown(name) !== text ? undefined : name;
}

function shown(name: Name): string {
  let text = '';
  for (let at = 0; at < name.length;) {
    const { point, length } = characterAt(name, at);
    const last = at + length >= name.length;
    const stand = point === undefined ? undefined : standIn(point, last);
    if (point === undefined || stand === undefined) text += spelled(name, at, length);
    else text += String.fromCodePoint(stand);
    at += length;
  }
  return text;
}

/** The character that shows `point`; `undefined` for one that itself is a stand-in. */
function standIn(point: number, last: boolean): number | undefined {
  if (point < 0x20) return STAND_INS + point;
  if (last && point === 0x20) return FINAL_SPACE;
  if (last && point === 0x2e) return FINAL_STOP;
  if (isStandIn(point, last) || point === MARK_POINT) return undefined;
  const index = point < 0x80 ? FORBIDDEN.indexOf(String.fromCharCode(point)) : -1;
  return index < 0 ? point : FIRST_FORBIDDEN + index;
}

function isStandIn(point: number, last: boolean): boolean {
  if (point <= STAND_INS || point > FINAL_STOP) return false;
  return point <= LAST_FORBIDDEN || last;
}

function spelled(name: Name, at: number, length: number): string {
  let text = '';
  for (let index = at; index < at + length; index++) text += MARK + name[index]!.toString(16).padStart(2, '0');
  return text;
}

function meant(text: string): Buffer | undefined {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < text.length;) {
    const point = text.codePointAt(at)!;
    at += point > 0xffff ? 2 : 1;
    if (point === MARK_POINT) {
      const digits = text.slice(at, at + 2);
      if (!/^[0-9a-f]{2}$/.test(digits)) return undefined;
      pieces.push(Uint8Array.of(Number.parseInt(digits, 16)));
      at += 2;
    } else {
      pieces.push(Buffer.from(isStandIn(point, at === text.length) ? standsFor(point) : String.fromCodePoint(point)));
    }
  }
  const name = Buffer.concat(pieces);
  return name.includes(0) || name.includes(0x2f) ? undefined : name;
}

function standsFor(point: number): string {
  if (point === FINAL_SPACE) return ' ';
  if (point === FINAL_STOP) return '.';
  return point >= FIRST_FORBIDDEN ? FORBIDDEN[point - FIRST_FORBIDDEN]! : String.fromCharCode(point - STAND_INS);
}

function isDots(name: Uint8Array): boolean {
  return name.length <= 2 && name.every((byte) => byte === 0x2e);
}

/** The UTF-8 character at `at`, or one byte that is in none. */
function characterAt(bytes: Uint8Array, at: number): { readonly point: number | undefined; readonly length: number } {
  const lead = bytes[at]!;
  if (lead < 0x80) return { point: lead, length: 1 };
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return { point: undefined, length: 1 };
  let point = lead & (0x7f >> length);
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index]!;
    if ((byte & 0xc0) !== 0x80) return { point: undefined, length: 1 };
    point = (point << 6) | (byte & 0x3f);
  }
  // Neither over-long forms, nor surrogates, nor what lies above U+10FFFF.
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const character = point >= least && point <= MARK_POINT && (point < 0xd800 || point > 0xdfff);
  return character ? { point, length } : { point: undefined, length: 1 };
}
