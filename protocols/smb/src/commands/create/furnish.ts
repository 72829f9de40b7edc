import { type Attributes, isStorageError, type Open } from '@polynas/core/service';
import { NtStatus } from '../../nt-status.ts';
import { StatusError } from '../../status.ts';
import { setExtendedAttributes } from '../set-info/extended-attributes.ts';
import type { Opening } from './opening.ts';

/** What an open has got beside what making or emptying the file gives. */
export interface Furnished {
  readonly attributes: Attributes;
  /** Bytes that were reserved. */
  readonly reserved: number;
}

/** Gives a file that is new the extended attributes and the room that the request's contexts ask for; of a stream, its file the attributes. */
export async function furnish(opening: Opening, open: Open, attributes: Attributes): Promise<Furnished> {
  const { caller, services, contexts } = opening;
  if (contexts.allocationSize === undefined && contexts.extendedAttributes.length === 0) {
    return { attributes, reserved: 0 };
  }
  const { share, id, base } = open.file;
  await setExtendedAttributes(services.files, caller, { share, id: base ?? id }, contexts.extendedAttributes);
  return furnished(opening, open, await open.getattr(caller));
}

/** A file that has its extended attributes gets its room. */
export async function furnished(opening: Opening, open: Open, attributes: Attributes): Promise<Furnished> {
  if (opening.contexts.allocationSize === undefined || attributes.type !== 'file') return { attributes, reserved: 0 };
  const reserved = await reserve(opening, open);
  return { attributes: await open.getattr(opening.caller), reserved };
}

/** SMB2_CREATE_ALLOCATION_SIZE (MS-SMB2 2.2.13.2.6); resolves with the bytes. */
async function reserve({ caller, services, share, contexts }: Opening, open: Open): Promise<number> {
  const bytes = contexts.allocationSize ?? 0;
  if (bytes === 0) return 0;
  if (bytes > services.files.limits(share.id).maxFileSize) throw new StatusError(NtStatus.DISK_FULL);
  try {
    await open.allocate(caller, 0, bytes);
    return bytes;
  } catch (error) {
    // A wish: where nothing can be reserved, or the open may not write, writes will find their room or not.
    if (!isStorageError(error, 'notSupported') && !isStorageError(error, 'accessDenied')) throw error;
    return 0;
  }
}
