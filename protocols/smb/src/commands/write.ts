import { Access, CreateOption } from '../messages/create.ts';
import { WriteFlag, type WriteRequest, type WriteResponse } from '../messages/write.ts';
import { NtStatus } from '../nt-status.ts';
import type { CommandRow, OpenContext } from '../server/command-row.ts';
import type { FileOpen } from '../server/file-open.ts';
import type { PipeOpen } from '../server/pipe-open.ts';
import { StatusError } from '../status.ts';
import { appendsOf } from './appends.ts';
import { needAccess } from './file-of.ts';

const WRITING = Access.FILE_WRITE_DATA | Access.FILE_APPEND_DATA;

/** Offsets, and what lies behind the last byte, are signed (MS-FSA 2.1.5.4). */
const LAST_OFFSET = 2 ** 63;

/** WRITE (MS-SMB2 3.3.5.13). */
export const write: CommandRow<WriteRequest, WriteResponse> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  payload: (request) => ({ send: request.data.length, response: 0 }),
  handle(context, request) {
    const { open, connection } = context;
    // There is no RDMA here, so no channel either.
    if (request.data.length > connection.limits.maxWriteSize || request.channel !== 0) {
      throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
    return open.kind === 'file' ? writeFile(context, open, request) : writePipe(open, request);
  },
};

function writeFile(context: OpenContext, file: FileOpen, request: WriteRequest): Promise<WriteResponse> {
  if (file.type !== 'file') throw new StatusError(NtStatus.INVALID_DEVICE_REQUEST);
  needAccess(file, WRITING);
  if ((file.grantedAccess & Access.FILE_WRITE_DATA) !== 0) return writeAt(context, file, request, request.offset);
  // MS-FSA 2.1.5.4: an open that may only append does so, wherever the client believes the end to be.
  return appendsOf(context.parts).inTurn(file.open.file, async () => {
    const { size } = await file.open.getattr(context.caller());
    return writeAt(context, file, request, size);
  });
}

async function writeAt(
  context: OpenContext,
  file: FileOpen,
  { data, flags }: WriteRequest,
  offset: number,
): Promise<WriteResponse> {
  if (offset + data.length >= LAST_OFFSET) throw new StatusError(NtStatus.INVALID_PARAMETER);
  if (offset + data.length > Number.MAX_SAFE_INTEGER) throw new StatusError(NtStatus.DISK_FULL);
  const caller = context.caller();
  const through = (flags & WriteFlag.WRITE_THROUGH) !== 0 || (file.createOptions & CreateOption.WRITE_THROUGH) !== 0;
  const { written } = await file.open.write(caller, offset, [data], through ? 'file' : 'unstable');
  // Writes do not move a time that the client has set through this open.
  const { heldModified: modified } = file;
  if (modified !== undefined && data.length > 0) await file.open.setattr(caller, { modified });
  return { count: written };
}

async function writePipe({ pipe }: PipeOpen, { data }: WriteRequest): Promise<WriteResponse> {
  await pipe.write(data);
  return { count: data.length };
}
