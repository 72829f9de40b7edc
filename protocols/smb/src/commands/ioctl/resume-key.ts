import { Reader, Writer } from '@polynas/core/wire';
import { RESUME_KEY_SIZE, srvRequestResumeKeyResponse } from '../../messages/fsctl/srv-copychunk.ts';
import { readFileId, writeFileId } from '../../messages/file-id.ts';
import { encode } from '../../messages/whole.ts';
import { NtStatus } from '../../nt-status.ts';
import type { SessionContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import type { FsctlRow } from '../../server/fsctl-row.ts';
import { StatusError } from '../../status.ts';

/** FSCTL_SRV_REQUEST_RESUME_KEY (MS-SMB2 3.3.5.15.5): the open's FileId, which only its own session can turn back into an open. */
export const requestResumeKey: FsctlRow = {
  needs: 'file',
  handle(_context, _request, { fileId }) {
    const w = new Writer(RESUME_KEY_SIZE);
    writeFileId(w, fileId);
    w.zeros(RESUME_KEY_SIZE - w.length);
    return encode(srvRequestResumeKeyResponse, w.finish().parts[0]!);
  },
};

/** The open that a key was given for. Throws `StatusError`. */
export function sourceOf({ session }: SessionContext, key: Uint8Array): FileOpen {
  const { volatile, persistent } = readFileId(new Reader(key));
  const open = session.opens.get(volatile);
  if (open?.kind !== 'file' || open.fileId.persistent !== persistent) {
    throw new StatusError(NtStatus.OBJECT_NAME_NOT_FOUND);
  }
  return open;
}
