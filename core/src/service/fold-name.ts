import type { Name } from '../spi/index.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What names have in common that mean the same to callers who do not mind case: a text to compare and to key maps with, no name itself. Each code point
 * by itself goes to upper case, as in the $UpCase table of NTFS; what has no single upper case of its kind stays: `ß` is not `SS`, `ſ` and `ı` are not ASCII letters.
 * Names that are no UTF-8 are equal to themselves only.
 */
export function foldName(name: Name): string {
  try {
    return foldText(strict.decode(name));
  } catch {
    // No text folds to what begins with NUL: no name holds one.
    return `\0${Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1')}`;
  }
}

/** The same of a text: of a stream's or a share's name, or of a pattern. */
export function foldText(text: string): string {
  const upper = text.toUpperCase();
  if (/^[\0-\x7f]*$/.test(text)) return upper;
  let folded = '';
  for (const character of text) folded += foldCharacter(character);
  return folded;
}

function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  const sameKind = upper.length === character.length && isAscii(upper) === isAscii(character);
  return sameKind ? upper : character;
}

function isAscii(character: string): boolean {
  return character.charCodeAt(0) < 0x80;
}
