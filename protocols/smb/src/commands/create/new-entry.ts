import { access, type Created, isStorageError, type NewAttributes, type Open } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { CreateOption } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import { DescriptorControl } from '../../security/descriptor.ts';
import { modeOfAcl } from '../../security/mode.ts';
import { StatusError } from '../../status.ts';
import { ALL_RIGHTS, grant } from './access.ts';
import { deletesOnClose } from './delete-on-close.ts';
import { furnish } from './furnish.ts';
import { newAttributes } from './new-file.ts';
import { openerOf, placeOf } from './opener.ts';
import type { Opened, Opening } from './opening.ts';
import { denyOf } from './sharing.ts';
import type { Place } from './walk.ts';

/** Makes a file or directory, and opens it (MS-FSA 2.1.5.1.1). */
export async function createNew(opening: Opening, place: Place): Promise<Opened> {
  const { caller, services, request, wanted, readOnly } = opening;
  if (readOnly) throw new StatusError(NtStatus.ACCESS_DENIED);
  const isDirectory = makesDirectory(opening);
  const granted = grant(wanted, 0, wanted.maximum ? ALL_RIGHTS : undefined);
  const deleteOnClose = deletesOnClose(request.createOptions, granted, request.fileAttributes);
  const { attributes } = await make(opening, place, isDirectory);
  const where = placeOf(place)!;
  const open = await services.state.open(
    caller,
    { share: opening.share.id, id: attributes.id },
    {
      access: granted,
      deny: denyOf(request.shareAccess),
      opener: openerOf(opening),
      place: where,
      deleteOnClose,
      fresh: true,
    },
  );
  try {
    return { open, granted, plan: 'create', stream: undefined, ...(await furnish(opening, open, attributes)) };
  } catch (error) {
    await open.close();
    await takeBack(opening, open);
    throw error;
  }
}

/** What could not be made as it was asked for is not made: the very file, and nothing that has come to its name meanwhile. */
async function takeBack({ caller, services }: Opening, { file, place, opener }: Open): Promise<void> {
  const rights = { access: access.delete, deny: 0, deleteOnClose: true, fresh: true };
  try {
    const doomed = await services.state.open(caller, file, {
      ...rights,
      opener,
      ...(place !== undefined && { place }),
    });
    await doomed.close();
  } catch (error) {
    // That it stays does not hide why the request failed.
    if (!isStorageError(error)) throw error;
  }
}

function makesDirectory({ request, path }: Opening): boolean {
  const isDirectory = (request.createOptions & CreateOption.DIRECTORY_FILE) !== 0 || path.directory;
  if (!isDirectory) return false;
  const wantsFile = (request.createOptions & CreateOption.NON_DIRECTORY_FILE) !== 0 || path.stream !== undefined;
  if (wantsFile)
    throw new StatusError(path.stream === undefined ? NtStatus.OBJECT_NAME_INVALID : NtStatus.NOT_A_DIRECTORY);
  // MS-FSA 2.1.5.1.1.
  if ((request.fileAttributes & FileAttribute.TEMPORARY) !== 0) throw new StatusError(NtStatus.INVALID_PARAMETER);
  return true;
}

/** The file of a path that no one has, closed. */
export function make(opening: Opening, place: Place, isDirectory: boolean): Promise<Created> {
  const { caller, services, request } = opening;
  const { directory, name } = place.entry!;
  const begin = withAcl(opening, newAttributes(place.directory!, isDirectory, request.fileAttributes));
  return isDirectory
    ? services.files.mkdir(caller, directory, name, begin)
    : services.files.create(caller, directory, name, { kind: 'guarded' }, begin);
}

/** The mode by the security descriptor of the request (SD_BUFFER), where it has a DACL. */
function withAcl({ contexts, caller }: Opening, begin: NewAttributes): NewAttributes {
  const { securityDescriptor: descriptor } = contexts;
  if (descriptor === undefined || (descriptor.control & DescriptorControl.DACL_PRESENT) === 0) return begin;
  const { uid, gid } = caller.principal;
  const mode = modeOfAcl(descriptor.dacl, { uid, gid, mode: begin.mode });
  if (mode === undefined) throw new StatusError(NtStatus.NOT_SUPPORTED);
  return { ...begin, mode };
}
