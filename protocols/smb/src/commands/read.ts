import { Access } from '../messages/create.ts';
import type { ReadRequest, ReadResponse } from '../messages/read.ts';
import { NtStatus } from '../nt-status.ts';
import type { Answer, CommandRow, OpenContext } from '../server/command-row.ts';
import type { FileOpen } from '../server/file-open.ts';
import type { PipeOpen } from '../server/pipe-open.ts';
import { StatusError } from '../status.ts';
import { needAccess } from './file-of.ts';

const READING = Access.FILE_READ_DATA | Access.FILE_EXECUTE;

/** Offsets are signed (MS-FSA 2.1.5.3). */
const LAST_OFFSET = 2 ** 63;

/** READ (MS-SMB2 3.3.5.12). */
export const read: CommandRow<ReadRequest, ReadResponse> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  payload: (request) => ({ send: 0, response: request.length }),
  handle(context, request) {
    const { open, connection } = context;
    // There is no RDMA here, so no channel either.
    if (request.length > connection.limits.maxReadSize || request.channel !== 0) {
      throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
    return open.kind === 'file' ? readFile(context, open, request) : readPipe(context, open, request);
  },
};

async function readFile(context: OpenContext, file: FileOpen, request: ReadRequest): Promise<ReadResponse> {
  if (file.type !== 'file') throw new StatusError(NtStatus.INVALID_DEVICE_REQUEST);
  needAccess(file, READING);
  if (request.offset >= LAST_OFFSET) throw new StatusError(NtStatus.INVALID_PARAMETER);
  // Past 2^53 − 1 there is nothing to read, however far past it.
  const offset = Math.min(request.offset, Number.MAX_SAFE_INTEGER);
  const length = Math.min(request.length, Number.MAX_SAFE_INTEGER - offset);
  const { bytes } = await file.open.read(context.caller(), offset, length, context.borrow(length));
  if ((bytes.length === 0 && request.length > 0) || bytes.length < request.minimumCount) {
    throw new StatusError(NtStatus.END_OF_FILE);
  }
  file.position = offset + bytes.length;
  return { dataRemaining: 0, data: bytes };
}

/** A pipe blocks: clients with several calls under way read before they write. */
async function readPipe(context: OpenContext, { pipe }: PipeOpen, request: ReadRequest): Promise<Answer<ReadResponse>> {
  if (pipe.waiting === 0) context.pending();
  const message = await pipe.readNext(request.length, context.signal);
  const body = { dataRemaining: 0, data: message.bytes };
  return message.more ? { status: NtStatus.BUFFER_OVERFLOW, body } : body;
}
