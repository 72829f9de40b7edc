import { createHash } from 'node:crypto';
import type { Name } from '../spi/index.ts';
import { systemDirectoryName } from './mounts.ts';
import { quoteName, unquoteName } from './names-quoted.ts';
import { decodeUtf8, nameOfText, textOfName } from './names-text.ts';

/**
 * How a segment of a key is a name in a directory (docs/decisions/object-keys.md). `quoted`: what can be no name, and what would be taken for
 * an escape. `alternate`: the file `a` beside a directory `a`. `hashed` forms: what is too long; the file or directory keeps its segment in an
 * extended attribute.
 */
export const escapes = { quoted: '%%q', alternate: '%%o', hashed: '%%h', hashedAlternate: '%%p' } as const;
export type NameForm = 'literal' | keyof typeof escapes;

/** All escapes lie from here … */
export const firstEscape = Buffer.from('%%h');
/** … to below here. */
export const afterEscapes = Buffer.from('%%r');

/** Where the name is to stand: the system directory's name is taken at the top of a share. */
export interface NamePlace {
  readonly top: boolean;
  readonly maxNameBytes: number;
  /** `traits.reservedNames`. */
  readonly reservedNames?: readonly string[] | undefined;
}

export interface FormedName {
  readonly name: Buffer;
  readonly form: NameForm;
}

export interface ReadName {
  readonly form: NameForm;
  /** Absent for hashed forms: the extended attribute tells. */
  readonly segment?: string;
}

const hashLength = 64;
const prefixLength = 3;
const percent = 0x25;

/** The name of a segment: for directories always, for files while no directory has it. */
export function plainName(segment: string, place: NamePlace): FormedName {
  const literal = nameOfText(segment);
  if (literal !== undefined && isLegal(literal, place) && !isEscape(literal, place)) {
    return { name: literal, form: 'literal' };
  }
  return quotedForm('quoted', 'hashed', segment, place);
}

/** The name of a file whose plain name is a directory's. */
export function alternateName(segment: string, place: NamePlace): FormedName {
  return quotedForm('alternate', 'hashedAlternate', segment, place);
}

/** What a name stands for, as far as the name alone tells. */
export function readName(name: Name, place: NamePlace): ReadName {
  const form = escapeOf(name);
  if (form === undefined) return { form: 'literal', segment: textOfName(name) };
  if (form === 'hashed' || form === 'hashedAlternate') {
    return looksHashed(name, place) ? { form } : { form: 'literal', segment: textOfName(name) };
  }
  const bytes = unquoteName(name.subarray(prefixLength));
  const segment = bytes && decodeUtf8(bytes);
  if (segment !== undefined) {
    const made = form === 'quoted' ? plainName(segment, place) : alternateName(segment, place);
    if (made.form === form && made.name.equals(name)) return { form, segment };
  }
  return { form: 'literal', segment: textOfName(name) };
}

/** Whether a hashed name is that of this segment. */
export function isHashOf(name: Name, form: 'hashed' | 'hashedAlternate', segment: string, place: NamePlace): boolean {
  const made = form === 'hashed' ? plainName(segment, place) : alternateName(segment, place);
  return made.form === form && made.name.equals(name);
}

/** The part of a hashed name that is the beginning of its quoted segment: this many bytes sort as the segments do. */
export function sortedBytes(place: NamePlace): number {
  // Up to three bytes less, where the cut would have gone through a character.
  return hashRoom(place) - 3;
}

function hashRoom(place: NamePlace): number {
  return place.maxNameBytes - prefixLength - 1 - hashLength;
}

function quotedForm(
  form: 'quoted' | 'alternate',
  hashed: 'hashed' | 'hashedAlternate',
  segment: string,
  place: NamePlace,
): FormedName {
  const quoted = quoteName(Buffer.from(segment));
  if (prefixLength + quoted.length <= place.maxNameBytes) {
    return { name: Buffer.concat([Buffer.from(escapes[form]), quoted]), form };
  }
  let cut = hashRoom(place);
  while ((quoted[cut]! & 0xc0) === 0x80) cut -= 1;
  const digest = createHash('sha256').update(segment).digest('hex');
  const name = Buffer.concat([Buffer.from(escapes[hashed]), quoted.subarray(0, cut), Buffer.from(`~${digest}`)]);
  return { name, form: hashed };
}

function isLegal(name: Buffer, place: NamePlace): boolean {
  if (name.length === 0 || name.length > place.maxNameBytes || name.includes(0) || name.includes(0x2f)) return false;
  if (place.reservedNames?.includes(name.toString('latin1')) === true) return false;
  if (name[0] !== 0x2e) return true;
  const text = name.toString('latin1');
  return text !== '.' && text !== '..' && !(place.top && text === systemDirectoryName);
}

function isEscape(name: Buffer, place: NamePlace): boolean {
  return name[0] === percent && readName(name, place).form !== 'literal';
}

function escapeOf(name: Name): Exclude<NameForm, 'literal'> | undefined {
  if (name[0] !== percent || name[1] !== percent) return undefined;
  if (name[2] === 0x71) return 'quoted';
  if (name[2] === 0x6f) return 'alternate';
  if (name[2] === 0x68) return 'hashed';
  return name[2] === 0x70 ? 'hashedAlternate' : undefined;
}

/** Only as long as hashed names are: the prefix and the hash are checked against the segment that is kept beside it. */
function looksHashed(name: Name, place: NamePlace): boolean {
  if (name.length > place.maxNameBytes || name.length < place.maxNameBytes - 3) return false;
  return /^~[0-9a-f]{64}$/.test(Buffer.from(name.subarray(name.length - hashLength - 1)).toString('latin1'));
}
