import type { Caller, FileRef } from '@polynas/core/service';
import { Writer } from '@polynas/core/wire';
import { ChainWriter, readChain } from '../../information/chain.ts';
import {
  EA_ENTRY_UNIT,
  type FileFullEaInformation,
  fileFullEaInformation,
  fileGetEaInformation,
} from '../../information/extended-attributes.ts';
import { Access } from '../../messages/create.ts';
import type { QueryInfoRequest } from '../../messages/query-info.ts';
import { eaNameOf, findXattr } from '../../names/ea-name.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import type { Information } from './information.ts';
import type { SmbServices } from '../../server/services.ts';

/** Bytes of an entry's header, and of its list's (MS-FSA 2.1.5.12.9: EaSize counts as OS/2 did). */
const ENTRY_OVERHEAD = 5;
const LIST_OVERHEAD = 4;
/** A value's length has 16 bits; a longer one is another door's, and not shown here. */
const MAX_EA_VALUE = 0xffff;

const RETURN_SINGLE_ENTRY = 0x02;

/** EaSize: bytes of all extended attributes, 0 where there are none. */
export async function extendedAttributeBytes(context: OpenContext, { open }: FileOpen): Promise<number> {
  const { files } = context.parts.services;
  const caller = context.caller();
  const file = baseOf(open.file);
  let bytes = 0;
  for (const xattr of await files.listxattr(caller, file)) {
    const entry = await entryOf(files, caller, file, xattr);
    if (entry !== undefined) bytes += ENTRY_OVERHEAD + entry.eaName.length + entry.eaValue.length;
  }
  return bytes === 0 ? 0 : LIST_OVERHEAD + bytes;
}

/** FileFullEaInformation (MS-FSCC 2.4, MS-SMB2 3.3.5.20.1): all of them, or those that the request names, absent ones with an empty value. */
export async function fullEaInformation(
  context: OpenContext,
  file: FileOpen,
  request: QueryInfoRequest,
): Promise<Information> {
  needAccess(file, Access.FILE_READ_EA);
  const asked = readChain(request.inputBuffer, fileGetEaInformation, EA_ENTRY_UNIT);
  const entries = await (asked.length > 0 ? named(context, file, asked) : everything(context, file));
  const single = (request.flags & RETURN_SINGLE_ENTRY) !== 0;
  return listed(single ? entries.slice(0, 1) : entries, request.outputBufferLength);
}

function listed(entries: readonly FileFullEaInformation[], limit: number): Information {
  const w = new Writer();
  const chain = new ChainWriter(w, fileFullEaInformation, EA_ENTRY_UNIT, limit);
  let added = 0;
  while (added < entries.length && chain.add(entries[added]!)) added += 1;
  if (added === 0) throw new StatusError(NtStatus.BUFFER_TOO_SMALL);
  const bytes = Buffer.concat(w.finish().parts);
  return added === entries.length ? { bytes, atLeast: 0 } : { bytes, atLeast: 0, status: NtStatus.BUFFER_OVERFLOW };
}

async function everything(context: OpenContext, { open }: FileOpen): Promise<readonly FileFullEaInformation[]> {
  const { files } = context.parts.services;
  const caller = context.caller();
  const file = baseOf(open.file);
  const entries: FileFullEaInformation[] = [];
  for (const xattr of await files.listxattr(caller, file)) {
    const entry = await entryOf(files, caller, file, xattr);
    if (entry !== undefined) entries.push(entry);
  }
  if (entries.length === 0) throw new StatusError(NtStatus.NO_EAS_ON_FILE);
  return entries;
}

async function named(
  context: OpenContext,
  { open }: FileOpen,
  names: readonly string[],
): Promise<readonly FileFullEaInformation[]> {
  const { files } = context.parts.services;
  const caller = context.caller();
  const file = baseOf(open.file);
  const present = await files.listxattr(caller, file);
  const entries: FileFullEaInformation[] = [];
  for (const eaName of names) {
    const xattr = findXattr(present, eaName);
    const found = xattr && (await entryOf(files, caller, file, xattr));
    entries.push({ flags: 0, eaName, eaValue: found ? found.eaValue : new Uint8Array(0) });
  }
  return entries;
}

/** `undefined` for one that EAs cannot say, or that went in between. */
async function entryOf(
  files: SmbServices['files'],
  caller: Caller,
  file: FileRef,
  xattr: string,
): Promise<FileFullEaInformation | undefined> {
  const eaName = eaNameOf(xattr);
  if (eaName === undefined) return undefined;
  const eaValue = await files.getxattr(caller, file, xattr);
  if (eaValue === undefined || eaValue.length === 0 || eaValue.length > MAX_EA_VALUE) return undefined;
  return { flags: 0, eaName, eaValue };
}

/** Extended attributes are the file's, not a stream's. */
function baseOf({ share, id, base }: FileRef): FileRef {
  return { share, id: base ?? id };
}
