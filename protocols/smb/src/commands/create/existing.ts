import { access, type Attributes } from '@polynas/core/service';
import { CreateOption } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';
import { grant, refusedRights } from './access.ts';
import { deletesOnClose } from './delete-on-close.ts';
import type { Plan } from './disposition.ts';
import { OVERWRITING, type Opened, type Opening } from './opening.ts';
import { openerOf, placeOf } from './opener.ts';
import { checkOverwrite, overwrite } from './overwrite.ts';
import { denyOf } from './sharing.ts';
import type { Place } from './walk.ts';

/** Opens what is there (MS-FSA 2.1.5.1.2). */
export async function openExisting(
  opening: Opening,
  place: Place,
  attributes: Attributes,
  plan: Plan,
): Promise<Opened> {
  const { caller, services, share, request, wanted, readOnly } = opening;
  checkType(opening, attributes);
  if (plan !== 'open') checkOverwrite(attributes, request.fileAttributes);
  const file = { share: share.id, id: attributes.id };
  const where = placeOf(place);
  const possible = wanted.maximum ? await services.state.rights(caller, file, where) : undefined;
  const granted = grant(wanted, refusedRights(attributes, readOnly), possible);
  const deleteOnClose = deletesOnClose(request.createOptions, granted, attributes.dosBits);
  // Whoever asks for everything may have a share's root; that it cannot be deleted is said to who tries.
  if (where === undefined && deleteOnClose) throw new StatusError(NtStatus.CANNOT_DELETE);
  const asked = where === undefined ? granted & ~access.delete : granted;
  const open = await services.state.open(caller, file, {
    access: plan === 'open' ? asked : asked | OVERWRITING,
    deny: denyOf(request.shareAccess),
    opener: openerOf(opening),
    deleteOnClose,
    ...(where !== undefined && { place: where }),
  });
  if (plan === 'open') return { open, granted, attributes, plan, stream: undefined };
  try {
    return { open, granted, plan, stream: undefined, ...(await overwrite(opening, open)) };
  } catch (error) {
    await open.close({ undone: true });
    throw error;
  }
}

function checkType({ request, path }: Opening, { type }: Attributes): void {
  const isDirectory = type === 'directory';
  const wantsDirectory = (request.createOptions & CreateOption.DIRECTORY_FILE) !== 0 || path.directory;
  if (wantsDirectory && (!isDirectory || path.stream !== undefined)) throw new StatusError(NtStatus.NOT_A_DIRECTORY);
  const wantsFile = (request.createOptions & CreateOption.NON_DIRECTORY_FILE) !== 0 || path.stream !== undefined;
  if (wantsFile && isDirectory) throw new StatusError(NtStatus.FILE_IS_A_DIRECTORY);
}
