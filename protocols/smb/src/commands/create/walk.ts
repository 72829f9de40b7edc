import type { Attributes, Caller, FileRef, Name } from '@polynas/core/service';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';
import type { SmbServices } from '../../server/services.ts';

/** Where a path leads. */
export interface Place {
  /** The directory that holds the name, and the name as it stands there or, where nothing has it, as it was asked for. Absent for the share's root, and for a directory that a link's `..` led to. */
  readonly entry: { readonly directory: FileRef; readonly name: Name } | undefined;
  /** Attributes of that directory. */
  readonly directory: Attributes | undefined;
  /** What is there; absent where nothing is. */
  readonly attributes: Attributes | undefined;
}

/** As on Linux. */
const MAX_LINKS = 40;

/**
 * Walks a path from a directory of a share, names without regard to case.
 *
 * Symbolic links are resolved here, since clients do not: Windows refuses to follow links of a server unless told otherwise, smbclient
 * knows none. They are made by other doors, and mean what they mean inside the share: a target that is absolute or leads out of the share is not there.
 *
 * What lacks on the way is told from what lacks at the end: OBJECT_PATH_NOT_FOUND, and `attributes` left out (MS-FSA 2.1.5.1).
 *
 * @param follow whether a link at the path's end is followed; on the way they always are
 */
export async function walk(
  files: SmbServices['files'],
  caller: Caller,
  from: FileRef,
  components: readonly Name[],
  follow: boolean,
): Promise<Place> {
  const { share } = from;
  let directory = from;
  let todo = components;
  let links = 0;
  // Whatever lacks behind a link at the path's end, it is the end that is not there.
  let atEnd = false;
  for (let at = 0; at < todo.length;) {
    const name = todo[at]!;
    at += 1;
    const rest = at < todo.length;
    const lacking = rest && !atEnd ? NtStatus.OBJECT_PATH_NOT_FOUND : NtStatus.OBJECT_NAME_NOT_FOUND;
    // Only a link's target has `..`.
    if (isDotDot(name) && directory.id === files.root(share).id) throw new StatusError(lacking);
    const looked = await files.lookup(caller, directory, name);
    const { attributes } = looked;
    if (attributes?.type === 'symlink' && (rest || follow)) {
      links += 1;
      atEnd ||= !rest;
      if (links > MAX_LINKS) throw new StatusError(lacking);
      const { target } = await files.readlink(caller, { share, id: attributes.id });
      todo = [...targetOf(target, lacking), ...todo.slice(at)];
      at = 0;
      continue;
    }
    if (!rest && !isDotDot(name)) {
      return { entry: { directory, name: looked.name ?? name }, directory: looked.directory, attributes };
    }
    if (attributes?.type !== 'directory') throw new StatusError(lacking);
    directory = { share, id: attributes.id };
  }
  // The root, or where a link's `..` led: a directory that is known by no name here.
  return { entry: undefined, directory: undefined, attributes: await files.getattr(caller, directory) };
}

/** Names of a link's target (POSIX.1 §4.16); `.` and empty ones left out. */
function targetOf(target: Uint8Array, lacking: NtStatus): readonly Name[] {
  if (target[0] === SLASH) throw new StatusError(lacking);
  const names: Name[] = [];
  for (let from = 0; from <= target.length;) {
    const slash = target.indexOf(SLASH, from);
    const end = slash < 0 ? target.length : slash;
    const name = target.subarray(from, end);
    if (name.length > 0 && !(name.length === 1 && name[0] === STOP)) names.push(name);
    from = end + 1;
  }
  return names;
}

const SLASH = 0x2f;
const STOP = 0x2e;

function isDotDot(name: Name): boolean {
  return name.length === 2 && name[0] === STOP && name[1] === STOP;
}
