import type { Attributes, Open } from '@polynas/core/service';
import { CreateOption } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';
import { grant, refusedRights } from './access.ts';
import { deletesOnClose } from './delete-on-close.ts';
import { mayCreate, planOf } from './disposition.ts';
import { furnish } from './furnish.ts';
import { make } from './new-entry.ts';
import { openerOf, placeOf } from './opener.ts';
import { OVERWRITING, type Opened, type Opening } from './opening.ts';
import { denyOf } from './sharing.ts';
import type { Place } from './walk.ts';

/** Opens a named stream (MS-FSA 2.1.5.1): the disposition speaks of the stream; its file is made where it may make anything. */
export async function openStream(opening: Opening, place: Place, name: string): Promise<Opened> {
  const { caller, services, share, request, wanted, readOnly, path } = opening;
  if ((request.createOptions & CreateOption.DIRECTORY_FILE) !== 0 || path.directory) {
    throw new StatusError(NtStatus.NOT_A_DIRECTORY);
  }
  const base = await baseOf(opening, place);
  const file = { share: share.id, id: base.id };
  const found = await services.files.stream(caller, file, name, 'open');
  const plan = planOf(request.createDisposition, found !== undefined);
  const empties = plan === 'overwrite' || plan === 'supersede';
  const refused = refusedRights(base, readOnly);
  if (plan !== 'open' && refused !== 0) throw new StatusError(NtStatus.ACCESS_DENIED);
  const possible = wanted.maximum
    ? await services.state.rights(caller, found?.file ?? file, placeOf(place))
    : undefined;
  const granted = grant(wanted, refused, possible);
  const deleteOnClose = deletesOnClose(request.createOptions, granted, base.dosBits);
  const made = found ?? (await services.files.stream(caller, file, name, 'create'))!;
  const where = placeOf(place);
  const open = await services.state.open(caller, made.file, {
    access: empties ? granted | OVERWRITING : granted,
    deny: denyOf(request.shareAccess),
    opener: openerOf(opening),
    deleteOnClose,
    // That of its file: what is told of the stream is told there.
    ...(where !== undefined && { place: where }),
  });
  try {
    const attributes = empties ? await open.setattr(caller, { size: 0 }) : await open.getattr(caller);
    const furnished = plan === 'open' ? { attributes } : await furnish(opening, open, attributes);
    const stream = found === undefined ? name : await nameOf(opening, open, name);
    return { open, granted, plan, stream, ...furnished };
  } catch (error) {
    await open.close({ undone: found !== undefined });
    throw error;
  }
}

/** The name as it was made: it may have been asked for in another case. */
async function nameOf({ caller, services }: Opening, { file }: Open, asked: string): Promise<string> {
  const streams = await services.files.streams(caller, { share: file.share, id: file.base ?? file.id });
  return streams.find(({ id }) => id === file.id)?.name ?? asked;
}

async function baseOf(opening: Opening, place: Place): Promise<Attributes> {
  if (place.attributes !== undefined) return place.attributes;
  if (!mayCreate(opening.request.createDisposition)) throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
  if (opening.readOnly) throw new StatusError(NtStatus.ACCESS_DENIED);
  return (await make(opening, place, false)).attributes;
}
