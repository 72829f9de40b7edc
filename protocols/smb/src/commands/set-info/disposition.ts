import { isStorageError } from '@polynas/core/service';
import { FileAttribute } from '../../information/classes.ts';
import { DispositionFlag, fileDispositionInformation, fileDispositionInformationEx } from '../../information/file.ts';
import { Access } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { watchesOf } from '../change-notify/watches.ts';
import { needAccess } from '../file-of.ts';
import { decoded } from './decoded.ts';

/** FileDispositionInformation (MS-FSA 2.1.5.15.3). */
export async function setDisposition(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  await dispose(context, file, { pending: decoded(fileDispositionInformation, buffer), evenReadOnly: false });
}

const f = DispositionFlag;
/** Those that Windows falls back from. A name cannot go before the last handle has (POSIX_SEMANTICS), nor a disposition stay with one handle (ON_CLOSE). */
const REFUSED = f.POSIX_SEMANTICS | f.ON_CLOSE;

/** FileDispositionInformationEx (MS-FSA 2.1.5.15.3). */
export async function setDispositionEx(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  const flags = decoded(fileDispositionInformationEx, buffer);
  if ((flags & REFUSED) !== 0) throw new StatusError(NtStatus.NOT_SUPPORTED);
  const evenReadOnly = (flags & f.IGNORE_READONLY_ATTRIBUTE) !== 0;
  await dispose(context, file, { pending: (flags & f.DELETE) !== 0, evenReadOnly });
}

async function dispose(
  context: OpenContext,
  file: FileOpen,
  { pending, evenReadOnly }: { readonly pending: boolean; readonly evenReadOnly: boolean },
): Promise<void> {
  needAccess(file, Access.DELETE);
  const caller = context.caller();
  if (pending && !evenReadOnly) {
    const { dosBits } = await file.open.getattr(caller);
    if ((dosBits & FileAttribute.READONLY) !== 0) throw new StatusError(NtStatus.CANNOT_DELETE);
  }
  try {
    await file.open.setDeletePending(caller, pending);
    if (pending && file.isDirectory) watchesOf(context.parts).deletePending(file.open.file);
  } catch (error) {
    // A share's root has no name that could go.
    if (file.open.place === undefined && file.stream === undefined && isStorageError(error))
      throw new StatusError(NtStatus.CANNOT_DELETE);
    throw error;
  }
}
