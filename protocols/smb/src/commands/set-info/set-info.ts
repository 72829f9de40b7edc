import { FileInformationClass } from '../../information/classes.ts';
import { InfoType } from '../../messages/query-info.ts';
import type { SetInfoRequest, SetInfoResponse } from '../../messages/set-info.ts';
import { NtStatus } from '../../nt-status.ts';
import type { CommandRow, OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { fileOf } from '../file-of.ts';
import { setAllocation, setEndOfFile } from './size.ts';
import { setBasic } from './basic.ts';
import { setDisposition, setDispositionEx } from './disposition.ts';
import { setFullEa } from './extended-attributes.ts';
import { setLink } from './link.ts';
import { setMode, setPosition } from './position.ts';
import { setRename, setRenameEx } from './rename.ts';
import { setSecurity } from './security.ts';

const NOTHING: SetInfoResponse = {};

/** Sets one class from its bytes. */
type Set = (context: OpenContext, file: FileOpen, buffer: Uint8Array) => Promise<void>;

const c = FileInformationClass;

/** Classes of InfoType FILE that can be set (MS-FSCC 2.4, MS-SMB2 3.3.5.21.1). */
const setters: ReadonlyMap<number, Set> = new Map<number, Set>([
  [c.FileBasicInformation, setBasic],
  [c.FileEndOfFileInformation, setEndOfFile],
  [c.FileAllocationInformation, setAllocation],
  [c.FileDispositionInformation, setDisposition],
  [c.FileDispositionInformationEx, setDispositionEx],
  [c.FileRenameInformation, setRename],
  [c.FileRenameInformationEx, setRenameEx],
  [c.FileLinkInformation, setLink],
  [c.FilePositionInformation, setPosition],
  [c.FileModeInformation, setMode],
  [c.FileFullEaInformation, setFullEa],
]);

/** SET_INFO (MS-SMB2 3.3.5.21). */
export const setInfo: CommandRow<SetInfoRequest, SetInfoResponse> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  payload: (request) => ({ send: request.buffer.length, response: 0 }),
  async handle(context, request) {
    if (request.buffer.length > context.connection.limits.maxTransactSize) {
      throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
    const file = fileOf(context.open);
    switch (request.infoType) {
      case InfoType.FILE:
        await setterOf(request.fileInfoClass)(context, file, request.buffer);
        return NOTHING;
      case InfoType.SECURITY:
        await setSecurity(context, file, request);
        return NOTHING;
      case InfoType.FILESYSTEM:
      case InfoType.QUOTA:
        throw new StatusError(NtStatus.NOT_SUPPORTED);
      default:
        throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
  },
};

function setterOf(fileInfoClass: number): Set {
  // MS-FSA 2.1.5.15.17: needs a privilege that nobody has.
  if (fileInfoClass === c.FileValidDataLengthInformation) throw new StatusError(NtStatus.PRIVILEGE_NOT_HELD);
  const set = setters.get(fileInfoClass);
  if (set === undefined) throw new StatusError(NtStatus.INVALID_INFO_CLASS);
  return set;
}
