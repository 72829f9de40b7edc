import { type Gathered, Writer } from '@polynas/core/wire';
import { fileNumberOf, type ShownAttributes, shownAttributes } from '../information/attributes.ts';
import { ChainWriter } from '../information/chain.ts';
import { FileAttribute } from '../information/classes.ts';
import { DIRECTORY_ENTRY_UNIT, directoryEntries, type DirectoryInformation } from '../information/directory.ts';
import type { Codec } from '../messages/codec.ts';
import { Access } from '../messages/create.ts';
import type { OutputBuffer } from '../messages/output-buffer.ts';
import { QueryDirectoryFlag, type QueryDirectoryRequest } from '../messages/query-directory.ts';
import { NtStatus } from '../nt-status.ts';
import type { CommandRow, OpenContext } from '../server/command-row.ts';
import type { FileOpen } from '../server/file-open.ts';
import { StatusError } from '../status.ts';
import { DirectorySearch, type FoundEntry } from './directory-search.ts';
import { fileOf, needAccess } from './file-of.ts';
import { reparseTagOf } from './reparse-tag.ts';

/** What no search expression has: what no name has, but the wildcards. */
const NO_EXPRESSION = /[\u0000-\u001f\\/:|]/;
/** Characters, as names have. Matching takes as long as the product of both lengths, and nobody else is served meanwhile. */
const MAX_EXPRESSION = 255;
/** Bytes of an entry with a name of moderate length, to guess how many fit. */
const TYPICAL_ENTRY = 128;

/** Bytes of entries of one answer. Clients ask for megabytes, which is memory to set aside for each, and time in which nobody else is served. */
const MAX_OUTPUT = 64 * 1024;

function outputLimit({ outputBufferLength }: QueryDirectoryRequest): number {
  return Math.min(outputBufferLength, MAX_OUTPUT);
}

/** QUERY_DIRECTORY (MS-SMB2 3.3.5.18). FileIndex says nothing here, as with NTFS. */
export const queryDirectory: CommandRow<QueryDirectoryRequest, OutputBuffer> = {
  needs: 'open',
  fileId: (request) => request.fileId,
  payload: (request) => ({ send: 0, response: outputLimit(request) }),
  async handle(context, request) {
    const file = fileOf(context.open);
    const codec = directoryEntries.get(request.fileInformationClass);
    if (codec === undefined) throw new StatusError(NtStatus.INVALID_INFO_CLASS);
    if (!file.isDirectory || request.outputBufferLength > context.connection.limits.maxTransactSize) {
      throw new StatusError(NtStatus.INVALID_PARAMETER);
    }
    needAccess(file, Access.FILE_LIST_DIRECTORY);
    const { search, first } = searchOf(context, file, request);
    return search.inTurn(() => list(context, search, { request, codec, first }));
  },
};

function searchOf(
  { parts }: OpenContext,
  file: FileOpen,
  { flags, fileName }: QueryDirectoryRequest,
): { readonly search: DirectorySearch; readonly first: boolean } {
  const anew = (flags & (QueryDirectoryFlag.REOPEN | QueryDirectoryFlag.RESTART_SCANS)) !== 0;
  if (file.search !== undefined && !anew) return { search: file.search, first: false };
  if (fileName.length > MAX_EXPRESSION || NO_EXPRESSION.test(fileName))
    throw new StatusError(NtStatus.OBJECT_NAME_INVALID);
  // MS-FSA 2.1.5.6.3: a scan that restarts without an expression keeps its own.
  file.searchExpression = fileName === '' ? (file.searchExpression ?? '*') : fileName;
  file.search = new DirectorySearch(parts.services.files, file.open.file, file.searchExpression);
  return { search: file.search, first: true };
}

interface Listing {
  readonly request: QueryDirectoryRequest;
  readonly codec: Codec<DirectoryInformation>;
  readonly first: boolean;
}

async function list(context: OpenContext, search: DirectorySearch, listing: Listing): Promise<OutputBuffer> {
  const { request, codec, first } = listing;
  const caller = context.caller();
  const limit = outputLimit(request);
  const single = (request.flags & QueryDirectoryFlag.RETURN_SINGLE_ENTRY) !== 0;
  const w = new Writer(limit);
  const chain = new ChainWriter(w, codec, DIRECTORY_ENTRY_UNIT, limit);
  const pageSize = single ? 1 : Math.ceil(limit / TYPICAL_ENTRY);
  for (;;) {
    const entry = search.ready() ?? (await search.next(caller, pageSize));
    if (entry === undefined) break;
    if (!chain.add(information(entry))) {
      search.hold(entry);
      if (w.length === 0) throw new StatusError(NtStatus.INFO_LENGTH_MISMATCH);
      break;
    }
    if (single) break;
  }
  if (w.length === 0) throw new StatusError(first ? NtStatus.NO_SUCH_FILE : NtStatus.NO_MORE_FILES);
  return { outputBuffer: whole(w.finish()) };
}

function whole({ parts }: Gathered): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Bytes of extended attributes are not told here: they would cost a call per entry. */
function information({ name, id, type, attributes }: FoundEntry): DirectoryInformation {
  const shown = attributes === undefined ? unknown(type === 'directory') : shownAttributes(attributes);
  return { fileIndex: 0, ...shown, eaSize: reparseTagOf(type), fileId: fileNumberOf({ id }), fileName: name };
}

function unknown(isDirectory: boolean): ShownAttributes {
  return {
    creationTime: 0n,
    lastAccessTime: 0n,
    lastWriteTime: 0n,
    changeTime: 0n,
    allocationSize: 0,
    endOfFile: 0,
    fileAttributes: isDirectory ? FileAttribute.DIRECTORY : FileAttribute.NORMAL,
  };
}
