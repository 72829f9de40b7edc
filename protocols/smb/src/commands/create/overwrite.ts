import { access, type Attributes, type Caller, type Open } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { NtStatus } from '../../nt-status.ts';
import type { SmbServices } from '../../server/services.ts';
import { StatusError } from '../../status.ts';
import { exchangeExtendedAttributes } from './exchange-extended-attributes.ts';
import { type Furnished, furnished } from './furnish.ts';
import { newDosBits } from './new-file.ts';
import type { Opening } from './opening.ts';

const MUST_MATCH = FileAttribute.HIDDEN | FileAttribute.SYSTEM;

/** Whether an existing file may be emptied by this request (MS-FSA 2.1.5.1.2). Throws `StatusError`. */
export function checkOverwrite(file: Attributes, fileAttributes: number): void {
  if (file.type === 'directory') throw new StatusError(NtStatus.FILE_IS_A_DIRECTORY);
  const lacking = file.dosBits & MUST_MATCH & ~fileAttributes;
  if (lacking !== 0 || (file.dosBits & FileAttribute.READONLY) !== 0) throw new StatusError(NtStatus.ACCESS_DENIED);
}

/** Empties a file that was opened: content, streams and extended attributes go, id, links and ACL stay (MS-FSA 2.1.5.1.2). */
export async function overwrite(opening: Opening, open: Open): Promise<Furnished> {
  const { caller, services, request } = opening;
  await checkRoom(opening, open);
  // First, since whoever holds a stream refuses all of it: what is refused has lost nothing.
  const streams = await holdStreams(services, caller, open);
  let attributes: Attributes;
  try {
    // What does not fit is said while the content is there.
    const putBack = await exchangeExtendedAttributes(opening, open.file);
    try {
      attributes = await open.setattr(caller, { size: 0, dosBits: newDosBits(false, request.fileAttributes) });
    } catch (error) {
      await putBack();
      throw error;
    }
    for (const stream of streams) await stream.setDeletePending(caller, true);
  } finally {
    for (const stream of streams) await stream.close();
  }
  return furnished(opening, open, attributes);
}

/** What the request reserves (SMB2_CREATE_ALLOCATION_SIZE) is there, or will be when the content has gone: else that is not given up for nothing. */
async function checkRoom({ caller, services, contexts, share }: Opening, open: Open): Promise<void> {
  const { allocationSize = 0 } = contexts;
  if (allocationSize === 0) return;
  const { allocated } = await open.getattr(caller);
  const { availableBytes } = await services.files.statfs(caller, open.file);
  const isTooMuch = allocationSize > services.files.limits(share.id).maxFileSize;
  if (isTooMuch || allocationSize > availableBytes + allocated) throw new StatusError(NtStatus.DISK_FULL);
}

/** All streams of the file, open so that they may be deleted. */
async function holdStreams({ files, state }: SmbServices, caller: Caller, { file, opener }: Open): Promise<Open[]> {
  const held: Open[] = [];
  try {
    for (const { name } of await files.streams(caller, file)) {
      const stream = await files.stream(caller, file, name, 'open');
      if (stream === undefined) continue;
      held.push(await state.open(caller, stream.file, { access: access.delete, deny: 0, opener }));
    }
  } catch (error) {
    for (const stream of held) await stream.close();
    throw error;
  }
  return held;
}
