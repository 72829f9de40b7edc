import type { FileId, Name, Opener } from '@polynas/core/service';
import type { Opening } from './opening.ts';
import type { Place } from './walk.ts';

/** Who holds the open: it ends with the session; SMB knows no owner inside it but the open itself, so its user is named, for people. */
export function openerOf({ context }: Opening): Opener {
  const { openerClient, principal } = context.session;
  return { client: openerClient, owner: principal.name };
}

/** The place as core takes it. */
export function placeOf({ entry }: Place): { readonly directory: FileId; readonly name: Name } | undefined {
  return entry && { directory: entry.directory.id, name: entry.name };
}
