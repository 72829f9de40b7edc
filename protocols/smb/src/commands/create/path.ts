import { nameOfText } from '../../names/name-text.ts';
import type { Name } from '@polynas/core/service';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';

/** What a path names beside its file (MS-FSCC 2.1.5): a named stream, or the unnamed one by its full name `::$DATA`, which a directory has not. */
export type PathStream = { readonly kind: 'named'; readonly name: string } | { readonly kind: 'unnamed' };

/** A path of CREATE or of a rename, from the share's root. */
export interface SmbPath {
  /** Empty: the root. */
  readonly components: readonly Name[];
  readonly stream: PathStream | undefined;
  /** It ends with `\`, or names a directory's index: it is no file's. */
  readonly directory: boolean;
}

/** No name has a `/`; clients that send one mean a `\`, as with Samba. */
const SEPARATOR = /[\\/]/;
/** Characters of a stream's name (MS-FSCC 2.1.5.3). */
const MAX_STREAM_NAME = 255;

/**
 * MS-SMB2 2.2.13, MS-FSA 2.1.5.1, MS-FSCC 2.1.5. Throws `StatusError`: INVALID_PARAMETER for a leading `\`, OBJECT_PATH_SYNTAX_BAD for a `..` that leads out of the share,
 * OBJECT_NAME_INVALID for what else no name may be.
 */
export function parsePath(text: string): SmbPath {
  if (text === '') return { components: [], stream: undefined, directory: false };
  if (SEPARATOR.test(text[0]!)) throw new StatusError(NtStatus.INVALID_PARAMETER);
  const directory = SEPARATOR.test(text.at(-1)!);
  const parts = (directory ? text.slice(0, -1) : text).split(SEPARATOR);
  const last = splitStream(parts.pop()!);
  const components: Name[] = [];
  for (const part of parts) add(components, part);
  // `:stream` alone is one of the root's.
  if (last.file !== '' || last.stream === undefined) add(components, last.file);
  if (directory && last.stream !== undefined) throw invalid();
  return { components, stream: last.stream, directory: directory || last.index };
}

/** `..` takes the component before it back, as Windows has it: what that is, is not looked at. */
function add(components: Name[], text: string): void {
  if (text === '..') {
    if (components.pop() === undefined) throw new StatusError(NtStatus.OBJECT_PATH_SYNTAX_BAD);
    return;
  }
  const name = nameOfText(text);
  if (name === undefined) throw invalid();
  components.push(name);
}

interface LastComponent {
  readonly file: string;
  readonly stream: PathStream | undefined;
  readonly index: boolean;
}

/** `file[:stream[:$TYPE]]` (MS-FSCC 2.1.5). */
function splitStream(text: string): LastComponent {
  if (!text.includes(':')) return { file: text, stream: undefined, index: false };
  const [file, stream, type, ...more] = text.split(':') as [string, string, ...string[]];
  if (more.length > 0 || stream.length > MAX_STREAM_NAME || /[\u0000/]/.test(stream) || !stream.isWellFormed()) {
    throw invalid();
  }
  switch (type?.toUpperCase()) {
    case undefined:
      if (stream === '') throw invalid();
      return { file, stream: { kind: 'named', name: stream }, index: false };
    case '$DATA':
      return { file, stream: stream === '' ? { kind: 'unnamed' } : { kind: 'named', name: stream }, index: false };
    case '$INDEX_ALLOCATION':
      // The one stream of that type that directories have is the directory itself.
      if (stream !== '' && stream.toUpperCase() !== '$I30') throw invalid();
      return { file, stream: undefined, index: true };
    default:
      throw invalid();
  }
}

function invalid(): StatusError {
  return new StatusError(NtStatus.OBJECT_NAME_INVALID);
}
