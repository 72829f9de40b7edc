import { FileInformationClass } from '../../information/classes.ts';
import { fileStandardInformation } from '../../information/file.ts';
import { InfoType, type QueryInfoRequest } from '../../messages/query-info.ts';
import { NtStatus } from '../../nt-status.ts';
import type { PipeOpen } from '../../server/pipe-open.ts';
import { StatusError } from '../../status.ts';
import { fixed, type Information } from './information.ts';

/** Bytes that a pipe shows as its allocation, as Windows does. */
const PIPE_ALLOCATION = 4096;

/** Of a pipe clients ask no more than this, before they bind to it. */
export function pipeInformation({ pipe }: PipeOpen, { infoType, fileInfoClass }: QueryInfoRequest): Information {
  if (infoType !== InfoType.FILE) throw new StatusError(NtStatus.NOT_SUPPORTED);
  if (fileInfoClass !== FileInformationClass.FileStandardInformation)
    throw new StatusError(NtStatus.INVALID_INFO_CLASS);
  return fixed(fileStandardInformation, {
    allocationSize: PIPE_ALLOCATION,
    endOfFile: pipe.waiting,
    numberOfLinks: 1,
    // As Windows and Samba have it: a pipe ends with its last handle.
    deletePending: true,
    directory: false,
  });
}
