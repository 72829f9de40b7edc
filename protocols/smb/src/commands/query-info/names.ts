import { textOfName } from '../../names/name-text.ts';
import { shortNameOf } from '../../names/short-name.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';

/** The path from the share's root, without a `\` before it; empty for the root, and for what has no name any more. */
export async function pathOf(context: OpenContext, { open, stream }: FileOpen): Promise<string> {
  const suffix = stream === undefined ? '' : `:${stream}`;
  const { place, file } = open;
  if (place === undefined) return suffix;
  const { files } = context.parts.services;
  const directory = { share: file.share, id: place.directory };
  const above = await files.pathBelow(context.caller(), files.root(file.share), directory);
  if (above === undefined) return suffix;
  return [...above, place.name].map(textOfName).join('\\') + suffix;
}

/** The 8.3 name: made for who asks, by no name that a file is found by. */
export function alternateName({ open }: FileOpen): string {
  if (open.place === undefined) throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
  return shortNameOf(textOfName(open.place.name));
}
