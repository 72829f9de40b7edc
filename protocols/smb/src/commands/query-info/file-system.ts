import type { Capacity, VolumeTraits } from '@polynas/core/service';
import { fileTimeOf } from '../../information/attributes.ts';
import { FileSystemInformationClass } from '../../information/classes.ts';
import {
  FILE_DEVICE_DISK,
  FILE_DEVICE_IS_MOUNTED,
  FILE_REMOTE_DEVICE,
  fileFsAttributeInformation,
  fileFsControlInformation,
  fileFsDeviceInformation,
  fileFsFullSizeInformation,
  fileFsObjectIdInformation,
  fileFsSectorSizeInformation,
  fileFsSizeInformation,
  FileSystemAttribute,
  fileFsVolumeInformation,
} from '../../information/file-system.ts';
import type { QueryInfoRequest } from '../../messages/query-info.ts';
import { NtStatus } from '../../nt-status.ts';
import type { OpenContext } from '../../server/command-row.ts';
import type { FileOpen } from '../../server/file-open.ts';
import { StatusError } from '../../status.ts';
import { fixed, type Information, variable } from './information.ts';

const SECTOR = 512;
const SECTORS_PER_UNIT = 8;
const UNIT = SECTOR * SECTORS_PER_UNIT;

const VOLUME_FIXED = 24;
const ATTRIBUTE_FIXED = 16;

/** SSINFO_FLAGS_ALIGNED_DEVICE and SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE (MS-FSCC 2.5). */
const ALIGNED = 0x3;
const NO_LIMIT = 0xffff_ffff_ffff_ffffn;

type Query = (context: OpenContext, file: FileOpen) => Information | Promise<Information>;
const c = FileSystemInformationClass;

/** Classes of InfoType FILESYSTEM (MS-FSCC 2.5, MS-SMB2 3.3.5.20.2): of the share, which is a volume to its clients. */
const queries: ReadonlyMap<number, Query> = new Map<number, Query>([
  [c.FileFsVolumeInformation, volume],
  [c.FileFsSizeInformation, size],
  [c.FileFsFullSizeInformation, fullSize],
  [
    c.FileFsDeviceInformation,
    () =>
      fixed(fileFsDeviceInformation, {
        deviceType: FILE_DEVICE_DISK,
        characteristics: FILE_REMOTE_DEVICE | FILE_DEVICE_IS_MOUNTED,
      }),
  ],
  [c.FileFsAttributeInformation, attributes],
  [c.FileFsControlInformation, control],
  [c.FileFsObjectIdInformation, objectId],
  [c.FileFsSectorSizeInformation, sectorSize],
]);

export function fileSystemInformation(
  context: OpenContext,
  file: FileOpen,
  { fileInfoClass }: QueryInfoRequest,
): Information | Promise<Information> {
  const query = queries.get(fileInfoClass);
  if (query === undefined) throw new StatusError(NtStatus.INVALID_INFO_CLASS);
  return query(context, file);
}

async function volume(context: OpenContext, { open }: FileOpen): Promise<Information> {
  const { files, shares } = context.parts.services;
  const { share } = open.file;
  const { born } = await files.getattr(context.caller(), files.root(share));
  const known = shares.byId(share);
  const value = {
    volumeCreationTime: fileTimeOf(born),
    volumeSerialNumber: share,
    supportsObjects: false,
    volumeLabel: (known && shares.nameAt('smb', known)) ?? '',
  };
  return variable(fileFsVolumeInformation, value, VOLUME_FIXED);
}

async function size(context: OpenContext, file: FileOpen): Promise<Information> {
  const { totalBytes, availableBytes } = await capacityOf(context, file);
  return fixed(fileFsSizeInformation, {
    totalAllocationUnits: units(totalBytes),
    availableAllocationUnits: units(availableBytes),
    sectorsPerAllocationUnit: SECTORS_PER_UNIT,
    bytesPerSector: SECTOR,
  });
}

async function fullSize(context: OpenContext, file: FileOpen): Promise<Information> {
  const { totalBytes, availableBytes, freeBytes } = await capacityOf(context, file);
  return fixed(fileFsFullSizeInformation, {
    totalAllocationUnits: units(totalBytes),
    callerAvailableAllocationUnits: units(availableBytes),
    actualAvailableAllocationUnits: units(freeBytes),
    sectorsPerAllocationUnit: SECTORS_PER_UNIT,
    bytesPerSector: SECTOR,
  });
}

function capacityOf(context: OpenContext, { open }: FileOpen): Promise<Capacity> {
  return context.parts.services.files.statfs(context.caller(), open.file);
}

function units(bytes: number): number {
  return Math.floor(bytes / UNIT);
}

function attributes(context: OpenContext, { open }: FileOpen): Information {
  const traits = context.parts.services.files.limits(open.file.share);
  const value = {
    fileSystemAttributes: flagsOf(traits, context.caller().readOnly),
    // Names have 255 bytes, which may be fewer characters; one that is too long is refused when it comes.
    maximumComponentNameLength: traits.maxNameBytes,
    fileSystemName: 'NTFS',
  };
  return variable(fileFsAttributeInformation, value, ATTRIBUTE_FIXED);
}

const a = FileSystemAttribute;

function flagsOf(traits: VolumeTraits, readOnly: boolean): number {
  return (
    a.CASE_SENSITIVE_SEARCH |
    a.CASE_PRESERVED_NAMES |
    a.UNICODE_ON_DISK |
    a.PERSISTENT_ACLS |
    a.NAMED_STREAMS |
    a.SUPPORTS_HARD_LINKS |
    a.SUPPORTS_EXTENDED_ATTRIBUTES |
    a.SUPPORTS_BLOCK_REFCOUNTING |
    (traits.sparse ? a.SUPPORTS_SPARSE_FILES : 0) |
    (readOnly ? a.READ_ONLY_VOLUME : 0)
  );
}

/** No quotas: no thresholds and no limits. */
function control(): Information {
  return fixed(fileFsControlInformation, {
    freeSpaceStartFiltering: 0n,
    freeSpaceThreshold: 0n,
    freeSpaceStopFiltering: 0n,
    defaultQuotaThreshold: NO_LIMIT,
    defaultQuotaLimit: NO_LIMIT,
    fileSystemControlFlags: 0,
  });
}

function objectId(context: OpenContext, { open }: FileOpen): Information {
  const id = Uint8Array.from(context.parts.serverGuid);
  // The server's GUID, with the share's number in its first four bytes.
  new DataView(id.buffer).setUint32(0, open.file.share, true);
  return fixed(fileFsObjectIdInformation, { objectId: id, extendedInfo: new Uint8Array(48) });
}

function sectorSize(): Information {
  return fixed(fileFsSectorSizeInformation, {
    logicalBytesPerSector: SECTOR,
    physicalBytesPerSectorForAtomicity: UNIT,
    physicalBytesPerSectorForPerformance: UNIT,
    fileSystemEffectivePhysicalBytesPerSectorForAtomicity: UNIT,
    flags: ALIGNED,
    byteOffsetForSectorAlignment: 0,
    byteOffsetForPartitionAlignment: 0,
  });
}
