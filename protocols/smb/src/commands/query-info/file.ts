import { fileNumberOf, type ShownAttributes, shownAttributes } from '../../information/attributes.ts';
import { FileInformationClass } from '../../information/classes.ts';
import {
  fileAccessInformation,
  fileAlignmentInformation,
  fileAllInformation,
  fileAttributeTagInformation,
  fileBasicInformation,
  fileCompressionInformation,
  fileEaInformation,
  fileIdInformation,
  fileInternalInformation,
  fileModeInformation,
  fileNameInformation,
  fileNetworkOpenInformation,
  filePositionInformation,
  type FileStandardInformation,
  fileStandardInformation,
} from '../../information/file.ts';
import type { Attributes } from '@polynas/core/service';
import type { Writer } from '@polynas/core/wire';
import { Dialect } from '../../messages/command.ts';
import { Access } from '../../messages/create.ts';
import type { QueryInfoRequest } from '../../messages/query-info.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { needAccess } from '../file-of.ts';
import { reparseTagOf } from '../reparse-tag.ts';
import { extendedAttributeBytes, fullEaInformation } from './extended-attributes.ts';
import { fixed, type Information, variable } from './information.ts';
import { alternateName, pathOf } from './names.ts';
import { streamInformation } from './streams.ts';

/** Fixed parts as Windows counts them, padding included. */
const ALL_FIXED = 104;
const NAME_FIXED = 8;

type Query = (context: OpenContext, file: FileOpen, request: QueryInfoRequest) => Promise<Information>;

const c = FileInformationClass;

/** Classes of InfoType FILE (MS-FSCC 2.4, MS-SMB2 3.3.5.20.1). */
const queries: ReadonlyMap<number, Query> = new Map<number, Query>([
  [c.FileBasicInformation, shown(fileBasicInformation)],
  [
    c.FileStandardInformation,
    async (context, file) => fixed(fileStandardInformation, standard(file, await attributesOf(context, file))),
  ],
  [c.FileInternalInformation, async (_, file) => fixed(fileInternalInformation, fileNumberOf(baseOf(file)))],
  [c.FileEaInformation, async (context, file) => fixed(fileEaInformation, await extendedAttributeBytes(context, file))],
  [c.FileAccessInformation, async (_, file) => fixed(fileAccessInformation, file.grantedAccess)],
  [c.FilePositionInformation, async (_, file) => fixed(filePositionInformation, file.position)],
  [c.FileModeInformation, async (_, file) => fixed(fileModeInformation, file.mode)],
  [c.FileAlignmentInformation, async () => fixed(fileAlignmentInformation, 0)],
  [c.FileAllInformation, all],
  [
    c.FileNameInformation,
    async (context, file) => variable(fileNameInformation, `\\${await pathOf(context, file)}`, NAME_FIXED),
  ],
  [
    c.FileNormalizedNameInformation,
    async (context, file) => {
      // MS-SMB2 3.3.5.20.1.
      if (context.connection.dialect !== Dialect.SMB_3_1_1) throw new StatusError(NtStatus.NOT_SUPPORTED);
      return variable(fileNameInformation, await pathOf(context, file), NAME_FIXED);
    },
  ],
  [c.FileAlternateNameInformation, async (_, file) => variable(fileNameInformation, alternateName(file), NAME_FIXED)],
  [c.FileStreamInformation, streamInformation],
  [
    c.FileCompressionInformation,
    async (context, file) => {
      const { endOfFile } = shownAttributes(await attributesOf(context, file));
      return fixed(fileCompressionInformation, { compressedFileSize: endOfFile });
    },
  ],
  [c.FileNetworkOpenInformation, shown(fileNetworkOpenInformation)],
  [
    c.FileAttributeTagInformation,
    async (context, file) => {
      const attributes = await attributesOf(context, file);
      const { fileAttributes } = shownAttributes(attributes);
      return fixed(fileAttributeTagInformation, { fileAttributes, reparseTag: reparseTagOf(attributes.type) });
    },
  ],
  [
    c.FileIdInformation,
    async (_, file) => {
      const base = baseOf(file);
      const volumeSerialNumber = BigInt(file.open.file.share);
      return fixed(fileIdInformation, { volumeSerialNumber, fileId: fileNumberOf(base), fileIdHigh: base.id >> 64n });
    },
  ],
  [c.FileFullEaInformation, fullEaInformation],
]);

/** Classes that need FILE_READ_ATTRIBUTES (MS-FSA 2.1.5.12); FileFullEaInformation needs FILE_READ_EA. */
const NEED_ATTRIBUTES: ReadonlySet<number> = new Set([
  c.FileBasicInformation,
  c.FileAllInformation,
  c.FileNetworkOpenInformation,
  c.FileAttributeTagInformation,
]);

export function fileInformation(context: OpenContext, file: FileOpen, request: QueryInfoRequest): Promise<Information> {
  const query = queries.get(request.fileInfoClass);
  if (query === undefined) throw new StatusError(NtStatus.INVALID_INFO_CLASS);
  if (NEED_ATTRIBUTES.has(request.fileInfoClass)) needAccess(file, Access.FILE_READ_ATTRIBUTES);
  return query(context, file, request);
}

function attributesOf(context: OpenContext, { open }: FileOpen): Promise<Attributes> {
  return open.getattr(context.caller());
}

/** A class that is nothing but times, sizes and attributes, or some of them. */
function shown(codec: { write(w: Writer, value: ShownAttributes): void }): Query {
  return async (context, file) => fixed(codec, file.shown(await attributesOf(context, file)));
}

async function all(context: OpenContext, file: FileOpen): Promise<Information> {
  const attributes = await attributesOf(context, file);
  const value = {
    basic: file.shown(attributes),
    standard: standard(file, attributes),
    internal: fileNumberOf(baseOf(file)),
    eaSize: await extendedAttributeBytes(context, file),
    accessFlags: file.grantedAccess,
    currentByteOffset: file.position,
    mode: file.mode,
    alignmentRequirement: 0,
    fileName: `\\${await pathOf(context, file)}`,
  };
  return variable(fileAllInformation, value, ALL_FIXED);
}

/** A name that is about to go counts no more (MS-FSA 2.1.5.12.27). */
function standard(file: FileOpen, attributes: Attributes): FileStandardInformation {
  const { allocationSize, endOfFile } = file.shown(attributes);
  const { deletePending } = file.open;
  const directory = attributes.type === 'directory';
  const links = directory ? 1 : attributes.nlink;
  return {
    allocationSize,
    endOfFile,
    numberOfLinks: Math.max(0, deletePending ? links - 1 : links),
    deletePending,
    directory,
  };
}

/** The file that the number means: a stream has that of its file. */
function baseOf({ open: { file } }: FileOpen): { readonly id: bigint } {
  return { id: file.base ?? file.id };
}
