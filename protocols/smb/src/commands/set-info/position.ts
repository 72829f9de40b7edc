import { CreateOption } from '../../messages/create.ts';
import { fileModeInformation, filePositionInformation } from '../../information/file.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import { type FileOpen, MODE_OPTIONS } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { decoded } from './decoded.ts';

/** FilePositionInformation (MS-FSA 2.1.5.15.10): kept for who asks; reads and writes name their offset. */
export async function setPosition(_context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  const position = decoded(filePositionInformation, buffer);
  if (position > Number.MAX_SAFE_INTEGER) throw new StatusError(NtStatus.INVALID_PARAMETER);
  file.position = position;
}

const SYNCHRONOUS = CreateOption.SYNCHRONOUS_IO_ALERT | CreateOption.SYNCHRONOUS_IO_NONALERT;
/** DELETE_ON_CLOSE is shown, and set at CREATE only. */
const SETTABLE = MODE_OPTIONS & ~CreateOption.DELETE_ON_CLOSE;

/** FileModeInformation (MS-FSA 2.1.5.15.9). */
export async function setMode(_context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  const mode = decoded(fileModeInformation, buffer);
  if ((mode & ~SETTABLE) !== 0 || (mode & SYNCHRONOUS) === SYNCHRONOUS) {
    throw new StatusError(NtStatus.INVALID_PARAMETER);
  }
  file.mode = (file.mode & CreateOption.DELETE_ON_CLOSE) | mode;
}
