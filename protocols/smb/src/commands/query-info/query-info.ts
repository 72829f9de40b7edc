import type { OutputBuffer } from '../../messages/output-buffer.ts';
import { InfoType, type QueryInfoRequest } from '../../messages/query-info.ts';
import { NtStatus } from '../../nt-status.ts';
import type { Answer, CommandRow, OpenContext } from '../../server/command-row.ts';
import { StatusError } from '../../status.ts';
import { fileInformation } from './file.ts';
import { fileSystemInformation } from './file-system.ts';
import type { Information } from './information.ts';
import { pipeInformation } from './pipe.ts';
import { securityInformation } from './security.ts';

/** QUERY_INFO (MS-SMB2 3.3.5.20). */
export const queryInfo: CommandRow<QueryInfoRequest, OutputBuffer> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  payload: (request) => ({ send: request.inputBuffer.length, response: request.outputBufferLength }),
  async handle(context, request) {
    const { maxTransactSize } = context.connection.limits;
    if (request.outputBufferLength > maxTransactSize || request.inputBuffer.length > maxTransactSize) {
      throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
    return fitted(await information(context, request), request.outputBufferLength);
  },
};

function information(context: OpenContext, request: QueryInfoRequest): Information | Promise<Information> {
  const { open } = context;
  if (open.kind === 'pipe') return pipeInformation(open, request);
  switch (request.infoType) {
    case InfoType.FILE:
      return fileInformation(context, open, request);
    case InfoType.FILESYSTEM:
      return fileSystemInformation(context, open, request);
    case InfoType.SECURITY:
      return securityInformation(context, open, request);
    case InfoType.QUOTA:
      throw new StatusError(NtStatus.NOT_SUPPORTED);
    default:
      throw new StatusError(NtStatus.INVALID_PARAMETER);
  }
}

/** MS-SMB2 3.3.5.20.1: what has a variable part is cut to the client's buffer, what has none must fit. */
function fitted({ bytes, atLeast, status }: Information, limit: number): Answer<OutputBuffer> {
  if (limit < atLeast) throw new StatusError(NtStatus.INFO_LENGTH_MISMATCH);
  if (bytes.length > limit) {
    return { status: NtStatus.BUFFER_OVERFLOW, body: { outputBuffer: bytes.subarray(0, limit) } };
  }
  return status === undefined ? { outputBuffer: bytes } : { status, body: { outputBuffer: bytes } };
}
