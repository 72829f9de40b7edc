import type { AttributeChanges, Attributes, Timestamp } from '@polynas/core/service';
import { SETTABLE_ATTRIBUTES, STORED_ATTRIBUTES } from '../../information/attributes.ts';
import { FileAttribute } from '../../information/classes.ts';
import { fileBasicInformation } from '../../information/file.ts';
import { timeChange } from '../../information/file-time.ts';
import { Access } from '../../messages/create.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import { decoded } from './decoded.ts';

/**
 * FileBasicInformation (MS-FSA 2.1.5.15.2). ChangeTime is the backend's alone: asking to set it changes nothing. A write time that is set or frozen
 * through an open is held against the open's own writes.
 */
export async function setBasic(context: OpenContext, file: FileOpen, buffer: Uint8Array): Promise<void> {
  needAccess(file, Access.FILE_WRITE_ATTRIBUTES);
  const value = decoded(fileBasicInformation, buffer);
  const born = timeOf(value.creationTime);
  const accessed = timeOf(value.lastAccessTime);
  const modified = timeOf(value.lastWriteTime);
  timeOf(value.changeTime);
  checkAttributes(file, value.fileAttributes);
  const caller = context.caller();
  const before = await file.open.getattr(caller);
  const dosBits = dosBitsOf(before, value.fileAttributes);
  const changes: AttributeChanges = {
    ...(typeof born === 'object' && { born }),
    ...(typeof accessed === 'object' && { accessed }),
    ...(typeof modified === 'object' && { modified }),
    ...(dosBits !== before.dosBits && { dosBits }),
  };
  if (Object.keys(changes).length > 0) await file.open.setattr(caller, changes);
  if (modified === 'thaw') file.heldModified = undefined;
  else if (modified !== 'keep') file.heldModified = modified === 'freeze' ? before.modified : modified;
}

type TimeChange = 'keep' | 'freeze' | 'thaw' | Timestamp;

function timeOf(fileTime: bigint): TimeChange {
  const change = timeChange(fileTime);
  if (change === 'invalid') throw new StatusError(NtStatus.INVALID_PARAMETER);
  if (typeof change === 'string') return change;
  return { seconds: Number(change.seconds), nanoseconds: change.nanoseconds };
}

/** MS-FSA 2.1.5.15.2. */
function checkAttributes(file: FileOpen, fileAttributes: number): void {
  const wrong = file.isDirectory ? FileAttribute.TEMPORARY : FileAttribute.DIRECTORY;
  if ((fileAttributes & wrong) !== 0) throw new StatusError(NtStatus.INVALID_PARAMETER);
}

/** 0 leaves them, NORMAL alone clears them. */
function dosBitsOf(before: Attributes, fileAttributes: number): number {
  if (fileAttributes === 0) return before.dosBits;
  return (before.dosBits & STORED_ATTRIBUTES & ~SETTABLE_ATTRIBUTES) | (fileAttributes & SETTABLE_ATTRIBUTES);
}
