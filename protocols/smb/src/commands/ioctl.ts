import { isRelatedFileId } from '../messages/file-id.ts';
import { IOCTL_IS_FSCTL, type IoctlRequest, type IoctlResponse } from '../messages/ioctl.ts';
import { NtStatus } from '../nt-status.ts';
import type { Answer, CommandRow, TreeContext } from '../server/command-row.ts';
import type { FsctlAnswer, FsctlRow } from '../server/fsctl-row.ts';
import { StatusError } from '../status.ts';
import { fsctls } from './ioctl/table.ts';

const NOTHING = new Uint8Array(0);

/** IOCTL (MS-SMB2 3.3.5.15). */
export const ioctl: CommandRow<IoctlRequest, IoctlResponse> = {
  needs: 'tree',
  payload: (request) => ({
    send: request.input.length + request.output.length,
    response: request.maxInputResponse + request.maxOutputResponse,
  }),
  handle(context, request) {
    const { maxTransactSize } = context.connection.limits;
    if ((request.flags & IOCTL_IS_FSCTL) === 0) throw new StatusError(NtStatus.NOT_SUPPORTED);
    if (Math.max(request.input.length, request.maxInputResponse, request.maxOutputResponse) > maxTransactSize) {
      throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
    const row = fsctls.get(request.ctlCode);
    // What Windows' file systems say of a control code that they do not know.
    if (row === undefined) throw new StatusError(NtStatus.INVALID_DEVICE_REQUEST);
    const answer = handled(row, context, request);
    return answer instanceof Promise ? answer.then((value) => response(request, value)) : response(request, answer);
  },
};

function handled(row: FsctlRow, context: TreeContext, request: IoctlRequest): FsctlAnswer | Promise<FsctlAnswer> {
  if (row.needs === 'tree') {
    // 3.3.5.15: what is of no open has to say so.
    if (!isRelatedFileId(request.fileId)) throw new StatusError(NtStatus.INVALID_PARAMETER);
    return row.handle(context, request);
  }
  const open = context.openOf(request.fileId);
  if (row.needs === 'file' && open.kind === 'file') return row.handle(context, request, open);
  if (row.needs === 'pipe' && open.kind === 'pipe') return row.handle(context, request, open);
  throw new StatusError(NtStatus.INVALID_DEVICE_REQUEST);
}

function response(request: IoctlRequest, answer: FsctlAnswer): Answer<IoctlResponse> {
  const { ctlCode, fileId, maxOutputResponse } = request;
  const output = answer instanceof Uint8Array ? answer : answer.output;
  if (output.length > maxOutputResponse) throw new StatusError(NtStatus.BUFFER_TOO_SMALL);
  const body = { ctlCode, fileId, flags: 0, input: NOTHING, output };
  return answer instanceof Uint8Array ? body : { status: answer.status, body };
}
